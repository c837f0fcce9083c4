/**
 * The Worker that runs a generator. Messages: {id, kind: "open", wasm: [ArrayBuffer], bundle} and
 * {id, kind: "decode", latents: Float32Array}; answers carry the id. A new bundle takes the place
 * of the old one when it has passed its check.
 */

import { Runtime } from "./runtime.js";
import { RuntimeRefusal } from "./runtime_refusal.js";

const TRIALS = 5;

const held = { module: null, runtime: null };

/** The programs that this browser takes: with SIMD, or with relaxed SIMD, too. */
async function compileAll(programs) {
  const fitting = programs.filter((program) => WebAssembly.validate(program));
  if (!fitting.length) throw new RuntimeRefusal("unsupported", "no SIMD");
  return Promise.all(fitting.map((program) => WebAssembly.compile(program)));
}

/** Milliseconds for one image, the best of a few. */
function speedOf(runtime) {
  const latent = new Float32Array(runtime.bundle.header.latent_size);
  let best = Infinity;
  for (let i = 0; i < TRIALS; i += 1) {
    const begun = performance.now();
    runtime.decode(latent);
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}

/** The first generator is tried with every program; the one that is faster here is kept. */
async function openBundle({ wasm, bundle }) {
  if (held.module) {
    held.runtime = new Runtime(held.module, bundle);
    return { worst: held.runtime.worst };
  }
  let best = null;
  for (const module of await compileAll(wasm)) {
    const runtime = new Runtime(module, bundle);
    const speed = speedOf(runtime);
    if (!best || speed < best.speed) best = { module, runtime, speed };
  }
  held.module = best.module;
  held.runtime = best.runtime;
  return { worst: best.runtime.worst };
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
