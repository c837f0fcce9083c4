/** A slider for each of the first dimensions, with the exact number and a lock beside it. */

import { el, fill } from "./base.js";
import { setIcon } from "./icons.js";

/**
 * `onInput(dimension, value)` while a value moves, `onChange()` when it rests, and
 * `onLock(dimension, locked)`.
 */
export class Sliders {
  constructor(words, { onInput, onChange, onLock }) {
    this.words = words;
    this.events = { onInput, onChange, onLock };
    this.rows = [];
    this.element = el("div", { class: "sliders", role: "group", "aria-label": words.sliders });
  }

  /** Have `count` sliders from -sigma to sigma; those that stay are not touched. */
  setShape(count, sigma) {
    if (sigma !== this.sigma) {
      this.rows = [];
      this.element.replaceChildren();
      this.sigma = sigma;
    }
    while (this.rows.length > count) this.rows.pop().element.remove();
    while (this.rows.length < count) {
      const row = this.buildRow(this.rows.length);
      this.rows.push(row);
      this.element.append(row.element);
    }
  }

  buildRow(dimension) {
    const name = fill(this.words.dimension, { index: dimension });
    const range = el("input", {
      type: "range",
      min: -this.sigma,
      max: this.sigma,
      step: 0.01,
      "aria-label": name,
      title: this.words.slider_help,
    });
    const exact = el("input", {
      type: "number",
      step: 0.01,
      inputmode: "decimal",
      "aria-label": fill(this.words.exact, { name }),
    });
    const lock = el("button", { type: "button", class: "lock", "aria-pressed": "false" });
    lock.title = this.words.lock_help;
    lock.setAttribute("aria-label", fill(this.words.lock, { name }));
    setIcon(lock, "unlocked");
    const row = { range, exact, lock };
    row.element = el("div", { class: "slider" }, el("span", { text: name }), range, exact, lock);
    this.listen(row, dimension);
    return row;
  }

  listen({ range, exact, lock }, dimension) {
    const { onInput, onChange, onLock } = this.events;
    range.addEventListener("input", () => {
      exact.value = Number(range.value).toFixed(2);
      onInput(dimension, Number(range.value));
    });
    range.addEventListener("change", () => onChange());
    range.addEventListener("dblclick", () => {
      if (range.disabled) return;
      onInput(dimension, 0);
      onChange();
    });
    exact.addEventListener("change", () => {
      const value = Number(exact.value);
      if (exact.value === "" || !Number.isFinite(value)) return;
      range.value = String(value);
      onInput(dimension, value);
      onChange();
    });
    lock.addEventListener("click", () => {
      const locked = lock.getAttribute("aria-pressed") !== "true";
      lock.setAttribute("aria-pressed", String(locked));
      setIcon(lock, locked ? "locked" : "unlocked");
      range.disabled = locked;
      exact.disabled = locked;
      onLock(dimension, locked);
    });
  }

  /** Show a latent; a number that is being typed is left alone. */
  show(z) {
    this.rows.forEach(({ range, exact }, i) => {
      if (Number(range.value) !== z[i]) range.value = String(z[i]);
      const text = z[i].toFixed(2);
      const typing = exact.getRootNode().activeElement === exact && Number(exact.value) === z[i];
      if (!typing && exact.value !== text) exact.value = text;
    });
  }
}
