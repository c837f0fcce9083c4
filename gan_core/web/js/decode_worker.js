/**
 * The Worker that runs a generator. Messages: {id, kind: "open", wasm: [ArrayBuffer], bundle} and
 * {id, kind: "decode", latents: Float32Array}; answers carry the id. A new bundle takes the place
 * of the old one when it has passed its check.
 */

import { Runtime } from "./runtime.js";
import { RuntimeRefusal } from "./runtime_refusal.js";

const held = { module: null, runtime: null };

/** The first of the programs that this browser takes: relaxed SIMD, then SIMD. */
async function compileFirst(programs) {
  for (const program of programs) {
    if (WebAssembly.validate(program)) return WebAssembly.compile(program);
  }
  throw new RuntimeRefusal("unsupported", "no SIMD");
}

async function openBundle({ wasm, bundle }) {
  held.module ??= await compileFirst(wasm);
  held.runtime = new Runtime(held.module, bundle);
  return { worst: held.runtime.worst };
}

function decodeLatents({ latents }) {
  const images = held.runtime.decode(latents);
  return { images, shape: held.runtime.bundle.header.image_shape };
}

self.onmessage = async ({ data }) => {
  const { id, kind } = data;
  try {
    const answer = kind === "open" ? await openBundle(data) : decodeLatents(data);
    self.postMessage({ id, ok: true, ...answer }, answer.images ? [answer.images.buffer] : []);
  } catch (error) {
    const known = error instanceof RuntimeRefusal || error.reason;
    const reason = known ? error.reason : error instanceof RangeError ? "unsupported" : "damaged";
    self.postMessage({ id, ok: false, reason, detail: String(error.message ?? error) });
  }
};
