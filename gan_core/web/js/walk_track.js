/** The scrub bar of a walk, with a small picture at each of its points. */

import { el, fill } from "./base.js";
import { paintSmall } from "./pins_pictures.js";

const SCALE = 10_000;

/** `onScrub(position)` while somebody scrubs, `onRest()` when they let go. */
export class WalkTrack {
  constructor(words, pins, { onScrub, onRest }) {
    this.words = words;
    this.pins = pins;
    this.onScrub = onScrub;
    this.onRest = onRest;
    this.ticks = [];
    this.range = el("input", { type: "range", min: 0, max: SCALE, step: 1, value: 0 });
    this.range.setAttribute("aria-label", words.walk_scrub);
    this.range.addEventListener("input", () => onScrub(Number(this.range.value) / SCALE));
    this.range.addEventListener("change", () => onRest());
    this.row = el("div", { class: "walk-ticks" });
    this.element = el("div", { class: "walk-track" }, this.range, this.row);
  }

  /** Have a tick at each of these positions; a closed walk's last one is its first point again. */
  setTicks(positions) {
    while (this.ticks.length > positions.length) this.ticks.pop().button.remove();
    while (this.ticks.length < positions.length) this.addTick();
    positions.forEach((position, i) => {
      const tick = this.ticks[i];
      const pin = this.pins.list[i % this.pins.list.length];
      tick.position = position;
      tick.pin = pin;
      tick.button.style.setProperty("--at", String(position));
      tick.button.setAttribute("aria-label", fill(this.words.walk_tick, { name: pin.name }));
      tick.button.title = pin.name;
    });
    this.repaint();
  }

  addTick() {
    const canvas = el("canvas", { class: "empty", width: 28, height: 28 });
    const button = el("button", { type: "button", class: "walk-tick" }, canvas);
    const tick = { button, canvas, position: 0, pin: null };
    button.addEventListener("click", () => {
      this.onScrub(tick.position);
      this.onRest();
    });
    this.ticks.push(tick);
    this.row.append(button);
  }

  repaint() {
    for (const { canvas, pin } of this.ticks) paintSmall(canvas, this.pins.pictures.of(pin.id));
  }

  /** Show a position; `text` says it in words. */
  show(position, text) {
    const value = String(Math.round(position * SCALE));
    if (this.range.value !== value) this.range.value = value;
    this.range.setAttribute("aria-valuetext", text);
  }
}
