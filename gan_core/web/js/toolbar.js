/** The row of buttons above the sliders: draw, zero, back and forth, seed, range, truncation. */

import { el } from "./base.js";
import { icon } from "./icons.js";
import { listenToKnob } from "./knob.js";

const SIGMAS = [1, 2, 3, 4];

/** `events`: onRandom(), onZero(), onTravel(way), onSeed(number), onSigma(n), onTruncate(share), onRest(). */
export class Toolbar {
  constructor(words, events) {
    this.words = words;
    this.events = events;
    this.random = this.button("dice", words.randomise, () => events.onRandom(), true);
    const zero = this.button("zero", words.zero, () => events.onZero(), true);
    this.undo = this.button("undo", words.undo, () => events.onTravel("undo"));
    this.redo = this.button("redo", words.redo, () => events.onTravel("redo"));
    this.seed = el("input", { type: "number", min: 0, step: 1, inputmode: "numeric", class: "seed" });
    this.seed.title = words.seed_help;
    this.seed.addEventListener("change", () => this.sow());
    const seed = el("label", { class: "sow" }, el("span", { text: words.seed }), this.seed);
    this.element = el("div", { class: "bar toolbar" }, this.random, zero, this.undo, this.redo, seed);
    this.element.append(this.buildTruncation(), this.buildSigma());
  }

  button(name, text, onclick, worded = false) {
    const made = el("button", { type: "button", class: "button", title: text, onclick });
    made.setAttribute("aria-label", text);
    made.append(icon(name));
    if (worded) made.append(el("span", { text }));
    return made;
  }

  buildTruncation() {
    const { words, events } = this;
    const attributes = { type: "range", min: 0, max: 1.2, step: 0.01, value: 1 };
    this.truncation = el("input", { ...attributes, "aria-label": words.truncation });
    this.truncation.title = words.truncation_help;
    this.share = el("output", { class: "value", text: "1.00" });
    const onInput = (share) => {
      this.share.textContent = share.toFixed(2);
      events.onTruncate(share);
    };
    const onChange = () => events.onRest();
    listenToKnob(this.truncation, { step: 0.05, fine: 0.01, home: 1, onInput, onChange });
    const name = el("span", { text: words.truncation });
    return el("label", { class: "truncation", title: words.truncation_help }, name, this.truncation, this.share);
  }

  buildSigma() {
    const { words, events } = this;
    this.sigma = el("select", { "aria-label": words.sigma, title: words.sigma });
    for (const sigma of SIGMAS) {
      this.sigma.append(el("option", { value: sigma, text: `±${sigma}σ` }));
    }
    this.sigma.addEventListener("change", () => events.onSigma(Number(this.sigma.value)));
    return this.sigma;
  }

  /** A whole number in the seed's box is drawn from; anything else is left alone. */
  sow() {
    const seed = Number(this.seed.value);
    if (this.seed.value !== "" && Number.isInteger(seed) && seed >= 0) this.events.onSeed(seed);
  }

  setSeed(seed) {
    this.seed.value = String(seed);
  }

  setTruncation(share) {
    this.truncation.value = String(share);
    this.share.textContent = share.toFixed(2);
  }

  /** Not `disabled`: that would take the focus away, and the keyboard's undo with it. */
  mark(past, future) {
    this.undo.setAttribute("aria-disabled", String(!past));
    this.redo.setAttribute("aria-disabled", String(!future));
  }
}
