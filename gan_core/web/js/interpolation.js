/**
 * Ways between latents, and blends of several. Latents are plain arrays of numbers.
 *
 * Sources: K. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985 (slerp);
 * E. L. Wachspress, "A Rational Finite Element Basis", 1975 (weights of a polygon's corners).
 */

import { dot, norm } from "./latents.js";

// Below this sine of the angle, doubles cannot tell in which direction b leaves a.
const SMALL_SINE = 1e-9;

/** The straight way from a to b; t from 0 to 1. */
export function lerp(a, b, t) {
  if (t === 0) return [...a];
  if (t === 1) return [...b];
  return a.map((value, i) => (1 - t) * value + t * b[i]);
}

/** The unit vector at right angles to `direction`, on the way to `target`. */
function sideways(direction, target) {
  const along = dot(target, direction);
  let side = target.map((value, i) => value - along * direction[i]);
  if (norm(side) < SMALL_SINE) {
    const sizes = direction.map(Math.abs);
    const axis = sizes.indexOf(Math.min(...sizes));
    side = direction.map((value) => -direction[axis] * value);
    side[axis] += 1;
  }
  const length = norm(side);
  return side.map((value) => value / length);
}

/**
 * The spherical way: the direction turns at constant speed, the norm changes linearly. A point
 * without a direction, or with only one dimension, is left and reached on the straight way;
 * between opposite points the way goes through the axis in which they are smallest. The same as
 * `slerp` on the server.
 */
export function slerp(a, b, t) {
  const [from, to] = [norm(a), norm(b)];
  if (t === 0 || t === 1 || from === 0 || to === 0 || a.length === 1) return lerp(a, b, t);
  const direction = a.map((value) => value / from);
  const target = b.map((value) => value / to);
  const apart = norm(direction.map((value, i) => value - target[i]));
  const together = norm(direction.map((value, i) => value + target[i]));
  // Kahan's angle: exact to the last digits near 0 and pi, where acos of the dot is not.
  const angle = 2 * Math.atan2(apart, together);
  const side = sideways(direction, target);
  const length = (1 - t) * from + t * to;
  const [ahead, aside] = [Math.cos(t * angle), Math.sin(t * angle)];
  return direction.map((value, i) => length * (ahead * value + aside * side[i]));
}

/** Slow at both ends: 3t² − 2t³. */
export function smoothstep(t) {
  return t * t * (3 - 2 * t);
}

/** Where `smoothstep` reaches `value`. */
function unsmoothstep(value) {
  if (value === 0 || value === 1) return value;
  return 0.5 - Math.sin(Math.asin(1 - 2 * value) / 3);
}

/** Legs of a walk through so many points. */
export function numLegs(numPoints, closed) {
  return closed ? numPoints : numPoints - 1;
}

/**
 * A point of the walk.
 *
 * `position` goes from 0 to 1 in equal times. `method` is "slerp" or "linear". `easing` is
 * "even", "smooth" (slow at the two ends of the whole walk) or "stops" (slow at every point).
 * A closed walk goes back to its first point.
 */
export function walkLatent(points, position, { method, easing, closed }) {
  const legs = numLegs(points.length, closed);
  if (legs < 1 || points.length < 2) return [...points[0]];
  const inside = Math.min(Math.max(position, 0), 1);
  const way = legs * (easing === "smooth" ? smoothstep(inside) : inside);
  const leg = Math.min(Math.floor(way), legs - 1);
  const t = easing === "stops" ? smoothstep(way - leg) : way - leg;
  const join = method === "linear" ? lerp : slerp;
  return join(points[leg], points[(leg + 1) % points.length], t);
}

/** The positions, 0 to 1, at which a walk arrives at its points; a closed one's first is twice. */
export function arrivals(numPoints, { easing, closed }) {
  const legs = numLegs(numPoints, closed);
  return Array.from({ length: legs + 1 }, (_, i) => {
    const share = legs ? i / legs : 0;
    return easing === "smooth" ? unsmoothstep(share) : share;
  });
}

/** The corners [x, y] of a regular polygon in the unit circle, the first one at the top. */
export function regularPolygon(count) {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2;
    return [Math.cos(angle), Math.sin(angle)];
  });
}

const twiceArea = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);

/** The point of a convex polygon that is nearest to `point`: itself where it lies inside. */
export function nearestInside(point, corners) {
  const following = (i) => corners[(i + 1) % corners.length];
  if (corners.every((corner, i) => twiceArea(point, corner, following(i)) >= 0)) return point;
  const candidates = corners.map((corner, i) => {
    const [dx, dy] = [following(i)[0] - corner[0], following(i)[1] - corner[1]];
    const along = (point[0] - corner[0]) * dx + (point[1] - corner[1]) * dy;
    const t = Math.min(Math.max(along / (dx * dx + dy * dy), 0), 1);
    return [corner[0] + t * dx, corner[1] + t * dy];
  });
  const distance = ([x, y]) => Math.hypot(x - point[0], y - point[1]);
  return candidates.reduce((best, next) => (distance(next) < distance(best) ? next : best));
}

/**
 * The share of each corner of a regular polygon in a point inside it: Wachspress' coordinates,
 * multiplied out so that nothing is divided by zero on an edge. 1 at the corner itself, 0 at all
 * others, smooth between, together 1.
 */
export function cornerWeights(point, corners) {
  const last = corners.length - 1;
  const areas = corners.map((corner, i) => {
    return Math.max(twiceArea(point, corner, corners[i === last ? 0 : i + 1]), 0);
  });
  const raw = corners.map((_, i) => {
    const before = i === 0 ? last : i - 1;
    return areas.reduce((product, area, j) => (j === i || j === before ? product : product * area), 1);
  });
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}

/** z at another length; a z of no length stays. */
export function withNorm(z, length) {
  const now = norm(z);
  return now === 0 ? [...z] : z.map((value) => (value * length) / now);
}

/** The weighted mean of latents; its norm is the weighted mean of theirs. */
export function blendLatents(latents, weights) {
  const whole = weights.indexOf(1);
  if (whole >= 0) return [...latents[whole]];
  const mean = latents[0].map((_, i) => {
    return latents.reduce((sum, z, k) => sum + weights[k] * z[i], 0);
  });
  return withNorm(mean, latents.reduce((sum, z, k) => sum + weights[k] * norm(z), 0));
}
