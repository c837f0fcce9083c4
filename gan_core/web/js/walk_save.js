/** Keeping a walk as a file: the server makes it, or a strip is drawn here. */

import { appUrl } from "./base.js";
import { DecodeError } from "./decoder.js";
import { paint } from "./pixels.js";
import { base64FromLatents, filmOf, stripOf } from "./walk_frames.js";

const STRIP_BATCH = 16;
const STRIP_SIDE = 112;

/** Why there is no file, in the server's words. */
export class NotSaved extends Error {}

/** The file of a walk, made by the server: a Blob. Rejects with DecodeError or NotSaved. */
export async function fetchWalk(data, points, manner, format) {
  const { fps, latents } = format === "png" ? { fps: 1, ...stripOf(points, manner) } : filmOf(points, manner);
  const body = {
    run: data.run,
    step: data.step,
    latents_b64: base64FromLatents(latents),
    latent_size: points[0].length,
    format,
    fps,
    invert: Boolean(data.invert),
  };
  let answer;
  try {
    answer = await fetch(appUrl(data.save_url), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) return await answer.blob();
  } catch (error) {
    if (error instanceof TypeError) throw new DecodeError("error_offline");
    throw error;
  }
  if (answer.status === 404) throw new DecodeError("error_gone");
  const { message } = await answer.json().catch(() => ({}));
  throw new NotSaved(message ?? "");
}

/** A strip of stills as a PNG Blob, a row for each leg, drawn here. */
export async function drawStrip(hand, points, manner) {
  const { columns, latents } = stripOf(points, manner);
  const strip = document.createElement("canvas");
  const small = document.createElement("canvas");
  let scale = 1;
  for (let from = 0; from < latents.length; from += STRIP_BATCH) {
    const { shape, images } = await hand.decode(latents.slice(from, from + STRIP_BATCH));
    const [height, width] = shape;
    if (!from) {
      scale = Math.max(Math.round(STRIP_SIDE / height), 1);
      strip.width = columns * width * scale;
      strip.height = Math.ceil(latents.length / columns) * height * scale;
    }
    const context = strip.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.filter = hand.data().invert ? "invert(1)" : "none";
    images.forEach((image, i) => {
      paint(small, image, shape);
      const [column, row] = [(from + i) % columns, Math.floor((from + i) / columns)];
      const [w, h] = [width * scale, height * scale];
      context.drawImage(small, column * w, row * h, w, h);
    });
  }
  return new Promise((done) => strip.toBlob(done, "image/png"));
}

/** Hand a Blob to the browser's downloads. */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers read the address only after this task.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
