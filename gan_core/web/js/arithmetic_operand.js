/** One operand of a sum: a picture, and which point it is. */

import { el, fill, setText } from "./base.js";
import { paintSmall } from "./pins_pictures.js";

/** The point under the hand, as a choice beside the pins. */
export const UNDER_HAND = "hand";

/** A click on the picture takes the next point; the select takes any. `onChange()` after either. */
export class Operand {
  constructor(words, pins, letter, onChange) {
    this.words = words;
    this.pins = pins;
    this.onChange = onChange;
    this.chosen = null;
    this.touched = false;
    this.letter = letter;
    const name = fill(words.sum_operand, { letter });
    this.canvas = el("canvas", { class: "empty", width: 28, height: 28 });
    this.face = el("button", { type: "button", class: "small-picture" }, this.canvas);
    this.face.addEventListener("click", () => this.next());
    this.select = el("select", { "aria-label": name });
    this.select.addEventListener("change", () => this.choose(this.select.value));
    const sign = el("span", { class: "operand-letter", "aria-hidden": "true", text: letter });
    this.element = el("div", { class: "operand", role: "group", "aria-label": name });
    this.element.append(sign, this.face, this.select);
  }

  get choices() {
    const pinned = this.pins.list.map(({ id, name }) => ({ id, name }));
    return [...pinned, { id: UNDER_HAND, name: this.words.sum_hand }];
  }

  /** Offer what is pinned now; `usual` is the index that holds until somebody chooses. */
  refresh(usual) {
    const { choices } = this;
    const known = choices.some(({ id }) => id === this.chosen);
    if (!known || !this.touched) this.chosen = choices[Math.min(usual, choices.length - 1)].id;
    const offered = choices.map(({ id, name }) => `${id} ${name}`).join("\n");
    if (offered !== this.offered) {
      this.select.replaceChildren(...choices.map(({ id, name }) => el("option", { value: id, text: name })));
    }
    this.offered = offered;
    this.show();
  }

  choose(id) {
    this.touched = true;
    this.chosen = id;
    this.show();
    this.onChange();
  }

  next() {
    const { choices } = this;
    const now = choices.findIndex(({ id }) => id === this.chosen);
    this.choose(choices[(now + 1) % choices.length].id);
  }

  show() {
    this.select.value = this.chosen;
    const name = this.choices.find(({ id }) => id === this.chosen)?.name ?? "";
    const text = fill(this.words.sum_next, { letter: this.letter, name });
    this.face.setAttribute("aria-label", text);
    this.face.title = text;
  }

  get underHand() {
    return this.chosen === UNDER_HAND;
  }

  /** The operand's latent, given the one under the hand. */
  latent(z) {
    return this.underHand ? z : (this.pins.find(this.chosen)?.z ?? z);
  }

  /** `atHand` is the picture of the point under the hand. */
  repaint(atHand) {
    paintSmall(this.canvas, this.underHand ? atHand : this.pins.pictures.of(this.chosen));
  }
}

/** The pins whose average is taken, each with its picture and a mark. */
export class Averaged {
  constructor(words, pins, onChange) {
    this.words = words;
    this.pins = pins;
    this.onChange = onChange;
    this.left = new Set();
    this.element = el("div", { class: "averaged", role: "group", "aria-label": words.sum_average });
    this.faces = new Map();
  }

  get chosen() {
    return this.pins.list.filter(({ id }) => !this.left.has(id));
  }

  refresh() {
    const here = new Set(this.pins.list.map(({ id }) => id));
    for (const [id, { button }] of this.faces) {
      if (here.has(id)) continue;
      button.remove();
      this.faces.delete(id);
      this.left.delete(id);
    }
    for (const pin of this.pins.list) {
      if (!this.faces.has(pin.id)) this.addFace(pin.id);
      const { button } = this.faces.get(pin.id);
      const text = fill(this.words.sum_take, { name: pin.name });
      button.setAttribute("aria-label", text);
      button.title = text;
      this.element.append(button);
    }
    this.repaint();
  }

  addFace(id) {
    const canvas = el("canvas", { class: "empty", width: 28, height: 28 });
    const button = el("button", { type: "button", class: "small-picture", "aria-pressed": "true" }, canvas);
    button.addEventListener("click", () => {
      if (!this.left.delete(id)) this.left.add(id);
      button.setAttribute("aria-pressed", String(!this.left.has(id)));
      this.onChange();
    });
    this.faces.set(id, { canvas, button });
  }

  repaint() {
    for (const [id, { canvas }] of this.faces) paintSmall(canvas, this.pins.pictures.of(id));
  }
}
