/** The latent under the hand: where it is, what holds it, and the way back. */

import { History, bent, keepLocked } from "./latents.js";

const product = (one, other) => one.reduce((sum, value, i) => sum + value * other[i], 0);

/**
 * Moves a latent. `onMove(resting)` is told after each move; a rest is a step for undo.
 *
 * Two kinds of things hold a latent still while it is drawn anew: locked dimensions, and locked
 * directions, along which its position stays.
 */
export class Hand {
  constructor(onMove) {
    this.onMove = onMove;
    this.locked = new Set();
    this.held = new Map();
    this.truncation = 1;
    this.moves = 0;
    this.point = [];
    this.history = new History([]);
    this.strengths = new Map();
    this.strengthsAt = new WeakMap();
  }

  /** Start at another place, with nothing held and nothing to undo. */
  settle(z) {
    this.moves += 1;
    this.locked.clear();
    this.held.clear();
    this.point = [...z];
    this.history = new History([...z]);
    this.full = null;
    this.strengths.clear();
  }

  z() {
    return [...this.point];
  }

  /** While something moves: only the image follows. Strengths are measured from here on. */
  drag(z) {
    this.strengths.clear();
    this.place(z);
  }

  place(z) {
    this.moves += 1;
    this.point = [...z];
    this.full = null;
    this.onMove(false);
  }

  /** Along a concept: the latent moves by what the strength grew. */
  bend(id, vector, strength) {
    const further = strength - (this.strengths.get(id) ?? 0);
    this.strengths.set(id, strength);
    this.place(bent(this.point, vector, further, this.locked));
  }

  /** The hand rests: a step for undo. */
  rest() {
    this.moves += 1;
    this.history.push([...this.point]);
    this.strengthsAt.set(this.history.now, new Map(this.strengths));
    this.onMove(true);
  }

  go(z) {
    this.drag(z);
    this.rest();
  }

  set(dimension, value) {
    const z = this.z();
    z[dimension] = value;
    this.place(z);
  }

  /** How far the latent lies along a direction of length 1. */
  along(vector) {
    return product(this.point, vector);
  }

  /** Move along a direction until the latent lies `place` far along it; locks hold. */
  moveTo(vector, place) {
    const free = vector.map((value, i) => (this.locked.has(i) ? 0 : value));
    const reach = product(free, vector);
    if (reach < 1e-6) return;
    this.place(bent(this.point, free, (place - this.along(vector)) / reach));
  }

  /** Go to a drawn latent, nearer to the middle if so wished; what is held stays. */
  draw(z) {
    const drawn = z.map((value) => value * this.truncation);
    this.go(this.heldOf(keepLocked(this.point, drawn, this.locked)));
  }

  zero() {
    this.go(keepLocked(this.point, this.point.map(() => 0), this.locked));
  }

  /** Directions may not be quite at right angles, so the corrections are made a few times. */
  heldOf(z) {
    let held = z;
    for (let round = 0; round < 4; round += 1) {
      for (const vector of this.held.values()) {
        const free = vector.map((value, i) => (this.locked.has(i) ? 0 : value));
        const reach = product(free, vector);
        const gap = this.along(vector) - product(held, vector);
        if (reach > 1e-6) held = bent(held, free, gap / reach);
      }
    }
    return held;
  }

  /** Shrink the latent towards the middle: `truncation` of its full length, which is kept in mind. */
  truncate(truncation) {
    this.full ??= this.point.map((value) => value / (this.truncation || 1));
    this.truncation = truncation;
    const full = this.full;
    this.place(keepLocked(this.point, full.map((value) => value * truncation), this.locked));
    this.full = full;
  }

  lock(dimension, locked) {
    if (locked) this.locked.add(dimension);
    else this.locked.delete(dimension);
  }

  hold(id, vector) {
    if (vector) this.held.set(id, vector);
    else this.held.delete(id);
  }

  /** One step back ("undo") or forth ("redo"); false where there is none. */
  travel(way) {
    const z = this.history[way]();
    if (!z) return false;
    this.strengths = new Map(this.strengthsAt.get(z) ?? []);
    this.place(z);
    this.onMove(true);
    return true;
  }
}
