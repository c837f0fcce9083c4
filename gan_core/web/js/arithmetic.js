/** Sums of points with a picture at every operand: A − B + C, and averages. */

import { Averaged, Operand } from "./arithmetic_operand.js";
import { el, newestWins, setText } from "./base.js";
import { withNorm } from "./interpolation.js";
import { isQuiet, paintSmall } from "./pins_pictures.js";
import { Tabs } from "./tabs.js";

const SUM_EVERY_MS = 60;
// Below this many dimensions normal draws have no usual length to speak of.
const LEAST_FOR_LENGTH = 16;

/** a − b + c. */
export function analogy(a, b, c) {
  return a.map((value, i) => value - b[i] + c[i]);
}

/** The mean of latents [N][Z]. */
export function meanLatent(latents) {
  return latents[0].map((_, i) => latents.reduce((sum, z) => sum + z[i], 0) / latents.length);
}

/** Panel: `update(data)`, `moved(z)`, `shown()`, `hidden()`, `close()`. */
export class Arithmetic {
  constructor(hand, pins) {
    this.hand = hand;
    this.pins = pins;
    this.words = hand.words;
    this.visible = true;
    this.ask = newestWins((request) => this.decode(request));
    this.build();
    const ends = [
      pins.onChange(() => this.takePins()),
      pins.pictures.onChange(() => this.repaint()),
    ];
    this.stop = () => ends.forEach((end) => end());
    this.takePins();
  }

  build() {
    const { words, pins } = this;
    const again = () => this.compute();
    this.operands = ["A", "B", "C"].map((letter) => new Operand(words, pins, letter, again));
    this.averaged = new Averaged(words, pins, again);
    const [a, b, c] = this.operands.map(({ element }) => element);
    const sign = (text) => el("span", { class: "sum-sign", text });
    this.sum = el("div", { class: "sum-row" }, a, sign("−"), b, sign("+"), c);
    this.tabs = new Tabs(words.sum, [
      { name: "sum", text: words.sum_analogy, element: this.sum },
      { name: "average", text: words.sum_average, element: this.averaged.element },
    ]);
    for (const { button } of this.tabs.panels) {
      // Both the click and the arrow keys have chosen by now.
      for (const kind of ["click", "keyup"]) button.addEventListener(kind, again);
    }
    this.about = el("p", { class: "note", text: words.sum_about });
    const outcome = el("div", { class: "sum-outcome" }, this.buildResult(), this.buildActions());
    this.element = el("section", { class: "sums", "aria-label": words.sum });
    this.element.append(this.tabs.element, this.sum, this.averaged.element, outcome, this.about);
  }

  buildResult() {
    this.canvas = el("canvas", { class: "empty", width: 28, height: 28, role: "img" });
    this.canvas.setAttribute("aria-label", this.words.sum_result);
    this.result = el("div", { class: "small-picture sum-result" }, this.canvas);
    return el("div", { class: "sum-equals" }, el("span", { class: "sum-sign", text: "=" }), this.result);
  }

  buildActions() {
    const { words } = this;
    const button = (text, onclick) => el("button", { type: "button", class: "button", text, onclick });
    this.goThere = button(words.sum_go, () => this.latent && this.hand.go([...this.latent]));
    this.keep = button(words.sum_pin, () => this.pin());
    this.length = el("input", { type: "checkbox" });
    this.length.addEventListener("change", () => this.compute());
    const label = el("label", { class: "sum-length", title: words.sum_length_help });
    label.append(this.length, el("span", { text: words.sum_length }));
    return el("div", { class: "sum-actions" }, label, this.goThere, this.keep);
  }

  update(data) {
    if (data.latent_size !== this.size) this.length.checked = data.latent_size >= LEAST_FOR_LENGTH;
    this.size = data.latent_size;
    this.pins.update(data);
    this.compute();
  }

  /** Another set of pins: A and B begin with the first two, C with the point under the hand. */
  takePins() {
    this.operands.forEach((operand, i) => operand.refresh(i === 2 ? Infinity : i));
    this.averaged.refresh();
    this.keep.disabled = this.pins.full;
    this.compute();
  }

  get averages() {
    return this.sum.hidden;
  }

  /** The result, or null where nothing is chosen. */
  calculate(z) {
    let found;
    if (this.averages) {
      const latents = this.averaged.chosen.map((pin) => pin.z);
      found = latents.length ? meanLatent(latents) : null;
    } else found = analogy(...this.operands.map((operand) => operand.latent(z)));
    return found && this.length.checked ? withNorm(found, Math.sqrt(found.length)) : found;
  }

  /** Live: called whenever an operand changes; pictures follow as fast as they are made. */
  compute() {
    const z = this.hand.z();
    if (z.length !== this.size) return;
    this.latent = this.calculate(z);
    const none = !this.latent;
    this.goThere.disabled = none;
    this.keep.disabled = none || this.pins.full;
    setText(this.about, this.averages ? this.words.sum_average_about : this.words.sum_about);
    this.repaint();
    if (this.visible) this.timer ??= setTimeout(() => this.look(), SUM_EVERY_MS);
  }

  /** The pictures follow a few times a second: the image under the hand goes first. */
  look() {
    this.timer = null;
    if (this.latent) this.ask([this.latent, this.hand.z()]);
  }

  async decode(latents) {
    if (!this.element.clientWidth) return;
    try {
      const { shape, images } = await this.hand.decode(latents);
      [this.image, this.atHand] = images.map((bytes) => ({ bytes, shape }));
      this.repaint();
    } catch (error) {
      // The next change tries again.
      if (!isQuiet(error)) throw error;
    }
  }

  repaint() {
    for (const operand of this.operands) operand.repaint(this.atHand);
    this.averaged.repaint();
    paintSmall(this.canvas, this.latent ? this.image : null);
  }

  pin() {
    if (!this.latent) return;
    const { words } = this;
    this.pins.add(this.latent, { name: this.averages ? words.sum_average : words.sum_analogy });
  }

  moved() {
    const follows = this.visible && !this.averages && this.operands.some(({ underHand }) => underHand);
    if (follows) this.compute();
  }

  shown() {
    this.visible = true;
    this.compute();
  }

  hidden() {
    this.visible = false;
    this.rest();
  }

  rest() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  close() {
    this.rest();
    this.stop();
  }
}
