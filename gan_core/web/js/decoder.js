/** Latents to images. A decoder is a function; another one can take this one's place. */

import { bytesFromBase64 } from "./pixels.js";
import { fetchInTurn } from "./turn.js";

/** Why an image could not be had; `reason` names the words to show. */
export class DecodeError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * The server decodes: POST {run, step, latents: [[…]]}.
 *
 * The function it returns takes latents [N][Z] and an AbortSignal and resolves to
 * {step, shape: [H, W, C], images: N × Uint8Array, pReal: N × number or null, labels and
 * confidences: likewise, where there is a classifier}. It rejects with a DecodeError, or with an AbortError when its signal says so.
 */
export function createServerDecoder(url, { run, step }) {
  return async function decode(latents, signal) {
    const answer = await postJson(url, { run, step, latents }, signal);
    return {
      step: answer.step,
      shape: answer.shape,
      images: answer.images.map(bytesFromBase64),
      pReal: answer.p_real,
      labels: answer.labels ?? null,
      confidences: answer.confidences ?? null,
    };
  };
}

/** POST JSON to the app and read JSON; failures become reasons, never a server's own text. */
export async function postJson(url, body, signal) {
  let response;
  try {
    response = await fetchInTurn(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new DecodeError("error_offline");
  }
  if (response.status === 404) throw new DecodeError("error_gone");
  if (!response.ok) throw new DecodeError("error_decode");
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new DecodeError("error_decode");
  }
}
