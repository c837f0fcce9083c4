/**
 * The Worker that runs a generator. Messages: {id, kind: "open", wasm: [ArrayBuffer], bundle} and
 * {id, kind: "decode", latents: Float32Array}; answers carry the id. A new bundle takes the place
 * of the old one when it has passed its check.
 */

import { Runtime } from "./runtime.js";
import { RuntimeRefusal } from "./runtime_refusal.js";

const TRIALS = 5;

const held = { modules: null, runtime: null };
let opening = Promise.resolve();

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

/**
 * The first generator that passes is tried with every program; the one that is faster here is
 * kept. Programs come once, and stay though the bundle that came with them is refused.
 */
async function openBundle({ wasm, bundle }) {
  held.modules ??= await compileAll(wasm);
  let best = null;
  for (const module of held.modules) {
    const runtime = new Runtime(module, bundle);
    const speed = held.modules.length > 1 ? speedOf(runtime) : 0;
    if (!best || speed < best.speed) best = { module, runtime, speed };
  }
  held.modules = [best.module];
  held.runtime = best.runtime;
  return { worst: best.runtime.worst };
}

/** One bundle after the other, so that the one that was asked for last is the one that stays. */
function openInTurn(message) {
  const opened = opening.then(() => openBundle(message));
  opening = opened.catch(() => null);
  return opened;
}

function decodeLatents({ latents }) {
  if (!held.runtime) throw new RuntimeRefusal("unsupported", "no generator");
  const images = held.runtime.decode(latents);
  return { images, shape: held.runtime.bundle.header.image_shape };
}

self.onmessage = async ({ data }) => {
  const { id, kind } = data;
  try {
    const answer = kind === "open" ? await openInTurn(data) : decodeLatents(data);
    self.postMessage({ id, ok: true, ...answer }, answer.images ? [answer.images.buffer] : []);
  } catch (error) {
    const unforeseen = error instanceof RangeError ? "unsupported" : "damaged";
    const reason = error instanceof RuntimeRefusal ? error.reason : unforeseen;
    self.postMessage({ id, ok: false, reason, detail: String(error.message ?? error) });
  }
};
