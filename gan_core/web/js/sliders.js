/** A slider for each of the first dimensions, with its name, the exact number and a lock. */

import { el, fill } from "./base.js";
import { setIcon } from "./icons.js";
import { listenToExact, listenToKnob, showKnob } from "./knob.js";
import { createNameTag, showName } from "./name_tag.js";

/**
 * `onInput(dimension, value)` while a value moves, `onChange()` when it rests,
 * `onLock(dimension, locked)`, and `onName(dimension, text)`.
 */
export class Sliders {
  constructor(words, events) {
    this.words = words;
    this.events = events;
    this.rows = [];
    this.names = {};
    this.element = el("div", { class: "sliders", role: "group", "aria-label": words.sliders });
  }

  /** Have `count` sliders from -sigma to sigma; those that stay are not touched. */
  setShape(count, sigma, names = {}) {
    this.sigma = sigma;
    this.names = names;
    while (this.rows.length > count) this.rows.pop().element.remove();
    while (this.rows.length < count) {
      const row = this.buildRow(this.rows.length);
      this.rows.push(row);
      this.element.append(row.element);
    }
    this.rows.forEach((row, i) => {
      row.range.min = String(-sigma);
      row.range.max = String(sigma);
      showName(row.tag, names[i], fill(this.words.dimension, { index: i }));
    });
  }

  buildRow(dimension) {
    const name = fill(this.words.dimension, { index: dimension });
    const attributes = { type: "range", step: 0.01, "aria-label": name };
    const range = el("input", { ...attributes, title: this.words.slider_help });
    range.min = String(-this.sigma);
    range.max = String(this.sigma);
    const exact = el("input", { type: "number", step: 0.01, inputmode: "decimal" });
    exact.setAttribute("aria-label", fill(this.words.exact, { name }));
    const lock = createLock(this.words, name, (locked) => {
      range.disabled = locked;
      exact.disabled = locked;
      this.events.onLock(dimension, locked);
    });
    const tag = createNameTag(this.words, (text) => this.events.onName(dimension, text));
    const element = el("div", { class: "slider" }, tag.element, range, exact, lock);
    const { onChange } = this.events;
    const onInput = (value) => this.events.onInput(dimension, value);
    listenToKnob(range, { step: 0.1, fine: 0.01, home: 0, onInput, onChange });
    listenToExact(exact, (value) => {
      onInput(value);
      onChange();
    });
    return { element, range, exact, lock, tag };
  }

  /** Show a latent. */
  show(z) {
    this.rows.forEach(({ range, exact }, i) => showKnob(range, exact, z[i]));
  }
}

/** A button that holds something still; `onLock(locked)`. */
export function createLock(words, name, onLock) {
  const lock = el("button", { type: "button", class: "lock", "aria-pressed": "false" });
  lock.title = words.lock_help;
  lock.setAttribute("aria-label", fill(words.lock, { name }));
  setIcon(lock, "unlocked");
  lock.addEventListener("click", () => {
    const locked = lock.getAttribute("aria-pressed") !== "true";
    lock.setAttribute("aria-pressed", String(locked));
    setIcon(lock, locked ? "locked" : "unlocked");
    onLock(locked);
  });
  return lock;
}
