/**
 * What a pad spans: from a place on the pad to a latent, and back where there is a way back.
 *
 * A place is [x, y], both −1 to 1, x to the right and y downwards. Every field has
 * `hold(z, locked)`: another hand has put the latent there; `latentAt(place)`; `nearest(place)`,
 * the place of the field nearest to a point of the pad; `place`, where the latent stands;
 * `away`, whether it stands elsewhere; `version`, another number when the same place means
 * another latent; and `text()`, the place in words.
 */

import { fill } from "./base.js";
import { blendLatents, cornerWeights, nearestInside, regularPolygon } from "./interpolation.js";
import { bent, dot, keepLocked, norm } from "./latents.js";

const TOLERANCE = 1e-6;
const SMALL = 1e-9;
// The corners' pictures stand around the polygon, inside the pad.
const POLYGON_RADIUS = 0.78;

const bounded = (value) => Math.min(Math.max(value, -1), 1);

/** How far z lies along two directions that need not be at right angles: least squares. */
export function planeCoordinates(z, across, up) {
  const [a, b, both] = [dot(across, across), dot(up, up), dot(across, up)];
  const [along, upward] = [dot(z, across), dot(z, up)];
  const determinant = a * b - both * both;
  if (determinant > SMALL * a * b) {
    return [(b * along - both * upward) / determinant, (a * upward - both * along) / determinant];
  }
  // One direction in truth: what lies along both counts for the first that there is.
  return a > SMALL ? [along / a, 0] : [0, b > SMALL ? upward / b : 0];
}

/** The plane of two directions through the latent, `sigma` times their length to every side. */
export class PlaneField {
  constructor(words) {
    this.words = words;
    this.kind = "plane";
    this.version = 0;
    this.place = [0, 0];
    this.away = false;
    this.anchor = null;
  }

  /**
   * Another pair of directions {name, vector}. Of a direction of length 1 the pad shows where
   * the latent lies along it; of others, such as concepts, how much is added from here.
   */
  setAxes(axes, sigma, z) {
    this.axes = axes;
    this.sigma = sigma;
    const vectors = axes.map(({ vector }) => vector);
    const here = planeCoordinates(z, ...vectors);
    this.origin = here.map((value, i) => (Math.abs(norm(vectors[i]) - 1) < 1e-3 ? 0 : value));
    this.anchor = null;
  }

  hold(z, locked) {
    const free = this.axes.map(({ vector }) => vector.map((v, i) => (locked.has(i) ? 0 : v)));
    const here = planeCoordinates(z, ...free).map((value, i) => value - this.origin[i]);
    const anchor = bent(bent(z, free[0], -here[0]), free[1], -here[1]);
    const same = this.anchor?.every((value, i) => Math.abs(value - anchor[i]) < TOLERANCE);
    // Rounding must not make the ground move under the hand.
    if (!same) {
      this.anchor = anchor;
      this.version += 1;
    }
    this.free = free;
    this.place = [bounded(here[0] / this.sigma), bounded(-here[1] / this.sigma)];
  }

  latentAt([x, y]) {
    return bent(bent(this.anchor, this.free[0], x * this.sigma), this.free[1], -y * this.sigma);
  }

  nearest([x, y]) {
    return [bounded(x), bounded(y)];
  }

  text([x, y]) {
    const signed = (value) => (value * this.sigma).toFixed(2).replace("-", "−");
    const [across, up] = this.axes.map(({ name }) => name);
    return fill(this.words.pad_at, { across, up, x: signed(x), y: signed(-y) });
  }
}

/** The blends of pinned points, at the corners of a regular polygon. */
export class BlendField {
  constructor(words) {
    this.words = words;
    this.kind = "blend";
    this.version = 0;
    this.place = [0, 0];
    this.away = true;
    this.pins = [];
    this.corners = [];
  }

  setPins(pins) {
    if (pins.length !== this.pins.length) this.place = [0, 0];
    const same = pins.length === this.pins.length && pins.every((pin, i) => pin.z === this.pins[i].z);
    this.pins = pins;
    if (same) return;
    this.away = true;
    this.version += 1;
    const corners = pins.length ? regularPolygon(pins.length) : [];
    this.corners = corners.map((corner) => corner.map((value) => value * POLYGON_RADIUS));
  }

  hold(z, locked) {
    const kept = [...locked].map((i) => `${i}:${z[i]}`).join();
    if (kept !== this.kept) this.version += 1;
    this.kept = kept;
    this.now = z;
    this.locked = locked;
    const here = this.pins.length > 2 ? this.latentAt(this.place) : [];
    this.away = !here.length || here.some((value, i) => Math.abs(value - z[i]) > TOLERANCE);
  }

  latentAt(place) {
    const weights = cornerWeights(this.nearest(place), this.corners);
    const mixed = blendLatents(this.pins.map(({ z }) => z), weights);
    return keepLocked(this.now, mixed, this.locked);
  }

  nearest(place) {
    return nearestInside(place, this.corners);
  }

  /** The three largest shares. */
  text(place) {
    const weights = cornerWeights(this.nearest(place), this.corners);
    const shares = this.pins.map(({ name }, i) => ({ name, percent: Math.round(100 * weights[i]) }));
    const largest = shares.filter(({ percent }) => percent > 0).sort((a, b) => b.percent - a.percent);
    return largest.slice(0, 3).map((share) => fill(this.words.pad_share, share)).join(" · ");
  }
}
