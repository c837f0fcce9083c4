/** The frames of a walk that is to be kept: how many, how fast, and which latents. */

import { numLegs, walkLatent } from "./interpolation.js";

export const SECONDS_PER_LEG = 2;

const BEST_FPS = 30;
const MOST_FRAMES = 480;
// The server takes no more numbers than these at once.
const MOST_NUMBERS = 1_000_000;
const STRIP_FRAMES_PER_LEG = 8;

/** How long a walk takes in the page, in seconds. */
export function walkSeconds(numPoints, { closed, speed }) {
  return (numLegs(numPoints, closed) * SECONDS_PER_LEG) / speed;
}

/**
 * Frames and their rate for a film of this walk: as smooth as 30 frames a second, and as long as
 * in the page; a long walk has fewer frames a second, at least one.
 */
export function filmOf(points, manner) {
  const seconds = walkSeconds(points.length, manner);
  const most = Math.min(MOST_FRAMES, Math.floor(MOST_NUMBERS / points[0].length));
  const fps = Math.max(Math.min(BEST_FPS, most / seconds), 1);
  const count = Math.max(Math.min(Math.round(fps * seconds), most), 2);
  return { fps, latents: framesOf(points, count, manner) };
}

/** A few frames, for a strip of stills that holds every point itself. */
export function stripOf(points, manner) {
  const legs = numLegs(points.length, manner.closed);
  const count = legs * STRIP_FRAMES_PER_LEG + (manner.closed ? 0 : 1);
  return { columns: STRIP_FRAMES_PER_LEG, latents: framesOf(points, count, { ...manner, easing: "even" }) };
}

/** A closed walk leaves it to its repetition to show the first point again. */
function framesOf(points, count, manner) {
  const steps = manner.closed ? count : count - 1;
  return Array.from({ length: count }, (_, i) => walkLatent(points, i / steps, manner));
}

/** Latents [N][Z] as base64 of float32, little-endian. */
export function base64FromLatents(latents) {
  const size = latents[0].length;
  const view = new DataView(new ArrayBuffer(4 * size * latents.length));
  latents.forEach((z, row) => {
    z.forEach((value, i) => view.setFloat32(4 * (row * size + i), value, true));
  });
  const bytes = new Uint8Array(view.buffer);
  let text = "";
  for (let from = 0; from < bytes.length; from += 8190) {
    text += btoa(String.fromCharCode(...bytes.subarray(from, from + 8190)));
  }
  return text;
}
