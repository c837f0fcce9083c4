/** Latents to images in this browser: talks to the Worker that holds the generator. */

import { RuntimeRefusal } from "./runtime_refusal.js";

const OPEN_MS = 30_000;

/**
 * `workerUrl` or, for a page from disk, `workerText`; `wasm()` resolves to the programs.
 *
 * `open(bundle)` takes the bundle's memory over and resolves to {decode, worst}, or rejects with a
 * RuntimeRefusal; until then the bundle before goes on answering. decode(latents, signal) resolves
 * to {shape, images}; `worst` is the largest difference from the golden images, of a pixel's range.
 * `close()` ends what is still asked for with an AbortError.
 */
export function createLocalRuntime({ workerUrl, workerText, wasm }) {
  let worker = null;
  let lastId = 0;
  const waiting = new Map();

  function start() {
    const text = workerText && new Blob([workerText], { type: "text/javascript" });
    const url = text ? URL.createObjectURL(text) : workerUrl;
    worker = new Worker(url, text ? {} : { type: "module" });
    worker.addEventListener("message", ({ data }) => settle(data));
    worker.addEventListener("error", () => stop(new RuntimeRefusal("unsupported", "no Worker")));
  }

  /** Let go of the Worker; whoever waits for it is told why. A later `open` starts another. */
  function stop(error) {
    worker?.terminate();
    worker = null;
    for (const asked of waiting.values()) asked.reject(error);
    waiting.clear();
  }

  function settle({ id, ok, reason, detail, ...answer }) {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (ok) asked?.resolve(answer);
    else asked?.reject(new RuntimeRefusal(reason, detail));
  }

  function ask(message, transfer = []) {
    if (!worker) return Promise.reject(closedError());
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...message }, transfer);
    });
  }

  async function decode(latents, signal) {
    signal?.throwIfAborted();
    const flat = new Float32Array(latents.length * (latents[0]?.length ?? 0));
    latents.forEach((latent, i) => flat.set(latent, i * latent.length));
    const { images, shape } = await ask({ kind: "decode", latents: flat }, [flat.buffer]);
    signal?.throwIfAborted();
    const size = shape.reduce((all, side) => all * side, 1);
    return { shape, images: latents.map((_, i) => images.subarray(i * size, (i + 1) * size)) };
  }

  return {
    async open(bundle) {
      const refuse = (detail) => new RuntimeRefusal("unsupported", detail);
      if (typeof Worker === "undefined" || typeof WebAssembly === "undefined") throw refuse("no WASM");
      const programs = worker ? [] : await wasm();
      if (!worker) start();
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(refuse("too slow")), OPEN_MS);
      });
      const opened = ask({ kind: "open", wasm: programs, bundle }, [bundle]);
      const { worst } = await Promise.race([opened, late]).finally(() => clearTimeout(timer));
      return { decode, worst };
    },
    close() {
      stop(closedError());
    },
  };
}

function closedError() {
  return new DOMException("the generator is closed", "AbortError");
}
