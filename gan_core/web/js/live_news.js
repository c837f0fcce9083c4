/** News of a run, asked for once a second: what has come since the version that is here. */

import { appUrl } from "./base.js";

const GOING_ON_MS = 30;
const AWAITED_MS = 200;
const RARELY_MS = 10_000;
const NOT_FOUND = 404;

const followed = new Map();

/**
 * Calls `listener(live)` with each news of a run, at first with what is known; returns how to end
 * it. `live` is {facts, lists, gone}: a list is `[column, …]`, and an equal column is the same
 * array as before. Elements that follow one run share what is asked. `secs` is how often a busy
 * and an idle run is looked at; a page that nobody sees does not ask.
 */
export function followRun(path, secs, listener) {
  if (!followed.has(path)) followed.set(path, new RunFollower(path, secs));
  const follower = followed.get(path);
  follower.listeners.add(listener);
  if (follower.live) listener(follower.live);
  return () => {
    follower.listeners.delete(listener);
    if (follower.listeners.size) return;
    follower.close();
    followed.delete(path);
  };
}

class RunFollower {
  constructor(path, [busySecs, idleSecs]) {
    this.url = new URL(appUrl(path));
    [this.busyMs, this.idleMs] = [1000 * busySecs, 1000 * idleSecs];
    this.listeners = new Set();
    this.live = null;
    this.failures = 0;
    this.open = true;
    this.seen = () => document.hidden || this.lookSoon(0);
    document.addEventListener("visibilitychange", this.seen);
    this.lookSoon(0);
  }

  lookSoon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), delay);
  }

  async look() {
    if (this.asking || document.hidden) return;
    this.asking = true;
    const delay = await this.ask();
    this.asking = false;
    if (this.open) this.lookSoon(delay);
  }

  /** Ask once; the time until the next look. */
  async ask() {
    let answer;
    try {
      answer = await fetch(this.url);
      if (answer.ok && answer.status !== 204) this.take(await answer.json());
    } catch {
      answer = null;
    }
    if (answer?.status === NOT_FOUND) this.tell({ ...(this.live ?? NO_NEWS), gone: true });
    this.failures = answer?.ok ? 0 : this.failures + 1;
    if (this.failures) return Math.min(this.busyMs * 2 ** this.failures, RARELY_MS);
    const { more, soon, busy } = this.live?.facts ?? {};
    if (more) return GOING_ON_MS;
    if (soon) return AWAITED_MS;
    return busy ? this.busyMs : this.idleMs;
  }

  take({ version, whole, facts, lists }) {
    if (!this.open) return;
    this.url.searchParams.set("since", version);
    const known = whole ? {} : { ...this.live?.lists };
    for (const [name, { keep, add }] of Object.entries(lists)) {
      known[name] = add.map((column, i) => (known[name]?.[i] ?? []).slice(0, keep).concat(column));
    }
    this.tell({ facts, lists: known, gone: false });
  }

  tell(live) {
    this.live = live;
    for (const listener of this.listeners) listener(live);
  }

  close() {
    this.open = false;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }
}

/** What is known before the first news. */
export const NO_NEWS = { facts: {}, lists: {}, gone: false };
