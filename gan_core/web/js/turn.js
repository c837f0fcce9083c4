/** What many may ask of the server at once: who is told that it is busy asks again in a moment. */

import { appUrl } from "./base.js";

const BUSY_STATUS = 503;
const BUSY_PAUSES_MS = [200, 400, 800, 1600, 3200];

/** As `fetch` of a path of the app; it is busy for a moment only, so nobody is shown that it was. */
export async function fetchInTurn(path, options = {}) {
  for (const pause of BUSY_PAUSES_MS) {
    const response = await fetch(appUrl(path), options);
    if (response.status !== BUSY_STATUS) return response;
    await pauseUnlessAborted(pause * (0.5 + Math.random()), options.signal);
  }
  return fetch(appUrl(path), options);
}

function pauseUnlessAborted(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
  });
}
