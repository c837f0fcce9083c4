/** Latents as plain arrays of numbers. */

/** A small seeded generator of numbers in [0, 1): the same seed, the same numbers. */
export function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `size` standard normal numbers (Box and Muller 1958). */
export function normals(uniform, size) {
  return Array.from({ length: size }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}

export const dot = (one, other) => one.reduce((sum, value, i) => sum + value * other[i], 0);
export const norm = (vector) => Math.sqrt(dot(vector, vector));
const unit = (vector) => vector.map((value) => value / (norm(vector) || 1));

/**
 * `count` points at distance `radius` from z, with z's own norm, in directions that are the same
 * every time. Latents lie near a sphere, so z is turned rather than pushed outwards; around a z
 * that is too short for that the step is straight. Locked dimensions stay as they are.
 */
export function neighboursOf(z, count, radius, locked = new Set()) {
  const uniform = uniforms(20_231);
  const free = (vector) => vector.map((value, i) => (locked.has(i) ? 0 : value));
  const moving = free(z);
  const length = norm(moving);
  const straight = z.length - locked.size < 2 || radius > 2 * length;
  const angle = straight ? 0 : 2 * Math.asin(radius / (2 * length));
  return Array.from({ length: count }, () => {
    const drawn = free(normals(uniform, z.length));
    if (straight) return z.map((value, i) => value + radius * unit(drawn)[i]);
    const heading = unit(moving);
    const along = dot(drawn, heading);
    const sideways = unit(drawn.map((value, i) => value - along * heading[i]));
    const turned = (i) => Math.cos(angle) * moving[i] + Math.sin(angle) * length * sideways[i];
    return z.map((value, i) => (locked.has(i) ? value : turned(i)));
  });
}

/** `next`, but with the locked dimensions of `now`. */
export function keepLocked(now, next, locked) {
  return next.map((value, i) => (locked.has(i) ? now[i] : value));
}

/** z moved along a vector; locked dimensions stay as they are. */
export function bent(z, vector, strength, locked = new Set()) {
  return z.map((value, i) => (locked.has(i) ? value : value + strength * vector[i]));
}

/** The steps taken, for undo and redo; a new step forgets what was undone. */
export class History {
  constructor(first, limit = 200) {
    this.limit = limit;
    this.past = [];
    this.now = first;
    this.future = [];
  }

  push(z) {
    if (z.every((value, i) => value === this.now[i])) return;
    this.past.push(this.now);
    if (this.past.length > this.limit) this.past.shift();
    this.now = z;
    this.future = [];
  }

  /** One step back (or forth), or null where there is none. */
  undo() {
    return this.travel(this.past, this.future);
  }

  redo() {
    return this.travel(this.future, this.past);
  }

  travel(from, to) {
    if (!from.length) return null;
    to.push(this.now);
    this.now = from.pop();
    return this.now;
  }
}
