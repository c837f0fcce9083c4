/** The images of a pad's neighbourhood, in tiles behind the point, made while the hand rests. */

import { paint } from "./pixels.js";
import { isQuiet } from "./pins_pictures.js";

const TILES = 7;
const TILE_BATCH = 7;
const TILE_IDLE_MS = 180;

const centre = (index) => (2 * index + 1) / TILES - 1;

/** Middles of the tiles that a field reaches into, those near `place` first. */
export function tilesAround(field, place) {
  const reach = Math.SQRT2 / TILES;
  const tiles = [];
  for (let row = 0; row < TILES; row += 1) {
    for (let column = 0; column < TILES; column += 1) {
      const [x, y] = [centre(column), centre(row)];
      const [nearX, nearY] = field.nearest([x, y]);
      if (Math.hypot(nearX - x, nearY - y) >= reach) continue;
      const distance = Math.hypot(x - place[0], y - place[1]);
      tiles.push({ row, column, place: [nearX, nearY], distance });
    }
  }
  return tiles.sort((one, other) => one.distance - other.distance);
}

/** `wanted()` gives the field, or null while the pad is not to be seen. */
export class PadTiles {
  constructor(hand, canvas, wanted) {
    this.hand = hand;
    this.canvas = canvas;
    this.wanted = wanted;
    this.small = document.createElement("canvas");
    this.key = null;
    this.done = new Set();
  }

  /** The hand moves: give up what is under way, and begin when it has rested a while. */
  disturb() {
    clearTimeout(this.timer);
    this.side?.abort();
    this.timer = setTimeout(() => this.fill(), TILE_IDLE_MS);
    this.markStale(this.wanted());
  }

  markStale(field) {
    if (!field) return;
    const key = this.keyOf(field);
    if (key === this.key) return;
    this.key = key;
    this.done.clear();
    this.canvas.classList.add("stale");
  }

  keyOf(field) {
    const { run, step } = this.hand.data();
    return `${field.kind} ${field.version} ${run} ${step}`;
  }

  async fill() {
    const field = this.wanted();
    if (!field || !this.canvas.clientWidth) return;
    this.markStale(field);
    const side = new AbortController();
    this.side = side;
    const all = tilesAround(field, field.place);
    const todo = all.filter(({ row, column }) => !this.done.has(`${row} ${column}`));
    try {
      for (let from = 0; from < todo.length; from += TILE_BATCH) {
        const tiles = todo.slice(from, from + TILE_BATCH);
        const latents = tiles.map(({ place }) => field.latentAt(place));
        const { shape, images } = await this.hand.decode(latents, side.signal);
        if (side.signal.aborted) return;
        tiles.forEach((tile, i) => this.draw(tile, images[i], shape));
      }
      this.canvas.dataset.filled = String(this.done.size);
    } catch (error) {
      // The next move or snapshot tries again.
      if (!isQuiet(error)) throw error;
    }
  }

  draw({ row, column }, image, shape) {
    const [height, width] = shape;
    if (this.canvas.width !== TILES * width || this.canvas.height !== TILES * height) {
      this.canvas.width = TILES * width;
      this.canvas.height = TILES * height;
    }
    const context = this.canvas.getContext("2d");
    // The first new tile takes the old ones away: they belong to another place.
    if (!this.done.size) {
      context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      this.canvas.classList.remove("stale");
    }
    paint(this.small, image, shape);
    context.drawImage(this.small, column * width, row * height);
    this.done.add(`${row} ${column}`);
  }

  close() {
    clearTimeout(this.timer);
    this.side?.abort();
  }
}
