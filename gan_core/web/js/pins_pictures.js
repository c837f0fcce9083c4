/** Small pictures of points: decoded aside, kept, and made anew for another snapshot. */

import { DecodeError } from "./decoder.js";
import { paint } from "./pixels.js";

const PICTURE_BATCH = 8;

/** Whether work aside ended in a way that needs no words: given up, or the hand tells of it. */
export function isQuiet(error) {
  return error.name === "AbortError" || error instanceof DecodeError;
}

/** Paint a decoded image onto a canvas, or leave it empty where there is none yet. */
export function paintSmall(canvas, image) {
  canvas.classList.toggle("empty", !image);
  if (image) paint(canvas, image.bytes, image.shape);
}

/** An image {bytes, shape} of each pin; `onChange` tells when there are new ones. */
export class PinPictures {
  constructor(hand, pins) {
    this.hand = hand;
    this.pins = pins;
    this.images = new Map();
    this.listeners = new Set();
    this.running = false;
  }

  /** The picture of a pin, or undefined: of an older snapshot until the new one is made. */
  of(id) {
    return this.images.get(id);
  }

  onChange(callback) {
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  }

  get place() {
    const { run, step } = this.hand.data();
    return `${run} ${step}`;
  }

  missing() {
    const place = this.place;
    return this.pins.list.filter(({ id }) => this.images.get(id)?.place !== place);
  }

  /** Decode what is missing, a few at a time. */
  async refresh() {
    const here = new Set(this.pins.list.map(({ id }) => id));
    for (const id of this.images.keys()) if (!here.has(id)) this.images.delete(id);
    if (this.running) return;
    this.running = true;
    try {
      for (let todo = this.missing(); todo.length; todo = this.missing()) {
        await this.fetch(todo.slice(0, PICTURE_BATCH));
      }
    } catch (error) {
      // The next change or snapshot tries again.
      if (!isQuiet(error)) throw error;
    } finally {
      this.running = false;
    }
  }

  async fetch(pins) {
    const place = this.place;
    const { shape, images } = await this.hand.decode(pins.map(({ z }) => z));
    pins.forEach(({ id }, i) => this.images.set(id, { bytes: images[i], shape, place }));
    for (const callback of this.listeners) callback();
  }
}
