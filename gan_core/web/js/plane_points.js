/** Points of a plane: from the wire, to latents, between two snapshots, and the nearest one. */

import { DecodeError } from "./decoder.js";
import { bytesFromBase64 } from "./pixels.js";
import { fetchInTurn } from "./turn.js";

const BUCKET_PIXELS = 16;

/** GET JSON from the app; failures become reasons, never a server's own text. */
export async function getJson(url) {
  let response;
  try {
    response = await fetchInTurn(url);
  } catch {
    throw new DecodeError("error_offline");
  }
  if (response.status === 404) throw new DecodeError("error_gone");
  if (!response.ok) throw new DecodeError("error_points");
  return response.json();
}

/** The points of a snapshot as the server tells them, with x and y after each other. */
export function readPoints(answer) {
  const bytes = bytesFromBase64(answer.points);
  return { ...answer, points: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) };
}

/** The latent at a point of the plane. */
export function latentAt([x, y], { origin, axes }) {
  return origin.map((value, i) => value + x * axes[0][i] + y * axes[1][i]);
}

/** Numbers on the way from some to others: `share` 0 gives the first, 1 the second. */
export function between(from, to, share) {
  return to.map((value, i) => from[i] + share * (value - from[i]));
}

/** The middle of each class's points, null for a class without any: [x, y] by class. */
export function classMiddles(points, labels, numClasses) {
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  return Array.from({ length: numClasses }, (_, label) => {
    const own = [];
    labels.forEach((value, i) => value === label && own.push(i));
    if (!own.length) return null;
    return [median(own.map((i) => points[2 * i])), median(own.map((i) => points[2 * i + 1]))];
  });
}

/** Finds the nearest of many points without looking at all of them. */
export class PointIndex {
  /** `places` are pixels, x and y after each other; `isIn(i)` says which points count. */
  constructor(places, isIn = () => true) {
    this.places = places;
    this.buckets = new Map();
    for (let i = 0; 2 * i < places.length; i += 1) {
      if (!isIn(i)) continue;
      const key = this.key(places[2 * i], places[2 * i + 1]);
      if (!this.buckets.has(key)) this.buckets.set(key, []);
      this.buckets.get(key).push(i);
    }
  }

  key(x, y, right = 0, down = 0) {
    return `${Math.floor(x / BUCKET_PIXELS) + right},${Math.floor(y / BUCKET_PIXELS) + down}`;
  }

  /** The nearest point within a bucket's width of a place, -1 where there is none. */
  nearestTo(x, y) {
    let [found, least] = [-1, BUCKET_PIXELS];
    for (const right of [-1, 0, 1]) {
      for (const down of [-1, 0, 1]) {
        for (const i of this.buckets.get(this.key(x, y, right, down)) ?? []) {
          const away = Math.hypot(this.places[2 * i] - x, this.places[2 * i + 1] - y);
          if (away < least) [found, least] = [i, away];
        }
      }
    }
    return found;
  }
}
