/** Which two directions a pad spans. */

import { el } from "./base.js";

const isDimension = ({ id }) => id.startsWith("dimension:");
const isPrincipal = ({ id }) => id.startsWith("principal");

/** Two selects; `axes` are the chosen {id, name, vector}; `onChange()` when somebody chooses. */
export class PadAxes {
  constructor(hand, onChange) {
    const { words } = hand;
    this.hand = hand;
    this.chosen = [null, null];
    // Until somebody has used the pad, better directions may take the place of these.
    this.touched = false;
    this.wanted = null;
    this.selects = [words.pad_across, words.pad_up].map((text, axis) => {
      const select = el("select", { "aria-label": text, title: text });
      select.addEventListener("change", () => {
        this.touched = true;
        this.choose(axis, select.value);
        onChange();
      });
      // Directions may have been found since: the newest are offered when it is opened.
      for (const kind of ["pointerdown", "focus"]) select.addEventListener(kind, () => this.offer());
      return select;
    });
    const signs = ["↔", "↕"].map((text) => el("span", { "aria-hidden": "true", text }));
    const labels = this.selects.map((select, i) => el("label", {}, signs[i], select));
    this.element = el("div", { class: "bar pad-axes" }, ...labels);
  }

  /** Take two directions by their ids, as soon as both are known. */
  ask(ids) {
    this.wanted = ids;
  }

  /** Somebody is about to choose: what is chosen stays, whatever has been found since. */
  offer() {
    this.touched = true;
    this.refresh();
  }

  /** Take the directions now known; a choice that is gone becomes the usual one. */
  refresh() {
    const all = this.hand.directions();
    const found = [...all.filter((one) => !isDimension(one)), ...all.filter(isDimension)];
    const ids = found.map(({ id, name }) => `${id} ${name}`).join("\n");
    this.known = new Map(found.map((direction) => [direction.id, direction]));
    const principal = all.filter(isPrincipal);
    const dimensions = all.filter(isDimension);
    const usual = [principal, dimensions, found].find(({ length }) => length > 1) ?? found;
    if (this.wanted?.length === 2 && this.wanted.every((id) => this.known.has(id))) {
      this.chosen = this.wanted;
      this.touched = true;
      this.wanted = null;
    }
    const stays = (id) => this.touched && this.known.has(id);
    this.chosen = this.chosen.map((id, axis) => (stays(id) ? id : (usual[axis]?.id ?? null)));
    if (ids !== this.ids) {
      for (const select of this.selects) {
        select.replaceChildren(...found.map(({ id, name }) => el("option", { value: id, text: name })));
      }
    }
    this.ids = ids;
    this.show();
  }

  /** The same direction twice spans nothing: then the two change places. */
  choose(axis, id) {
    if (this.chosen[1 - axis] === id) this.chosen[1 - axis] = this.chosen[axis];
    this.chosen[axis] = id;
    this.show();
  }

  show() {
    this.selects.forEach((select, axis) => {
      if (this.chosen[axis] !== null && select.value !== this.chosen[axis]) select.value = this.chosen[axis];
    });
  }

  get axes() {
    const size = this.hand.z().length;
    const none = { id: "", name: "–", vector: new Array(size).fill(0) };
    return this.chosen.map((id) => this.known?.get(id) ?? none);
  }
}
