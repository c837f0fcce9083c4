/** News of a run, by a socket: which snapshot is the newest. */

import { appUrl } from "./base.js";

const GONE = 4404;
const SOON_MS = 1000;
const LATEST_MS = 20_000;

/** Calls `onNews({step, bundle_url})`; connects again, later each time, until `close()`. */
export function watchRun(path, onNews) {
  const url = appUrl(path).replace(/^http/, "ws");
  const watch = { socket: null, timer: 0, delay: SOON_MS, open: true };
  const connect = () => {
    const socket = new WebSocket(url);
    watch.socket = socket;
    socket.addEventListener("message", ({ data }) => {
      watch.delay = SOON_MS;
      onNews(JSON.parse(data));
    });
    socket.addEventListener("close", ({ code }) => {
      if (!watch.open || code === GONE) return;
      watch.timer = setTimeout(connect, watch.delay);
      watch.delay = Math.min(2 * watch.delay, LATEST_MS);
    });
  };
  connect();
  return {
    close() {
      watch.open = false;
      clearTimeout(watch.timer);
      watch.socket.close();
    },
  };
}
