/** A slider for each concept vector: how much of it is added to the latent. */

import { el, fill, setText } from "./base.js";
import { icon } from "./icons.js";
import { listenToExact, listenToKnob, showKnob } from "./knob.js";

const MOST = 3;

/**
 * `onInput(id, strength)` while a value moves, `onChange()` when it rests, `onNew()` and
 * `onRemove(id)`.
 */
export class Concepts {
  constructor(words, events) {
    this.words = words;
    this.events = events;
    this.rows = new Map();
    this.list = el("div", { class: "concept-rows" });
    this.empty = el("p", { class: "note", text: words.no_concepts });
    const make = el("button", { type: "button", class: "button", onclick: () => events.onNew() });
    make.append(icon("plus"), el("span", { text: words.new_concept }));
    this.element = el("div", { class: "concepts", role: "group", "aria-label": words.concepts });
    this.element.append(this.list, this.empty, make);
  }

  /** Have a row for each of {id, name, about}; those that stay are not touched. */
  setDirections(directions) {
    const wanted = new Set(directions.map(({ id }) => id));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    for (const direction of directions) {
      if (!this.rows.has(direction.id)) this.addRow(direction);
      const row = this.rows.get(direction.id);
      setText(row.title, direction.name);
      setText(row.figure, direction.figure);
      row.label.title = direction.about;
    }
    this.empty.hidden = directions.length > 0;
  }

  addRow({ id, name }) {
    const range = el("input", { type: "range", min: -MOST, max: MOST, step: 0.01, value: 0 });
    range.setAttribute("aria-label", fill(this.words.strength, { name }));
    range.title = this.words.slider_help;
    const exact = el("input", { type: "number", step: 0.1, inputmode: "decimal", value: "0.00" });
    exact.setAttribute("aria-label", fill(this.words.exact, { name }));
    const button = (text, title, onclick) => {
      const made = el("button", { type: "button", class: "lock", title, text, onclick });
      made.setAttribute("aria-label", fill("{title}: {name}", { title, name }));
      return made;
    };
    const half = button("½", this.words.half, () => this.set(id, 0.5));
    const remove = button("×", this.words.remove_concept, () => this.events.onRemove(id));
    remove.classList.add("edits");
    const [title, figure] = [el("span", { class: "title" }), el("small", { class: "value" })];
    const label = el("span", { class: "concept-name" }, title, figure);
    const element = el("div", { class: "slider concept" }, label, range, exact, half, remove);
    this.rows.set(id, { element, range, exact, title, figure, label });
    this.list.append(element);
    this.listen(id, range, exact);
  }

  listen(id, range, exact) {
    const onInput = (strength) => this.events.onInput(id, strength);
    const onChange = () => this.events.onChange();
    listenToKnob(range, { step: 0.1, fine: 0.01, home: 0, onInput, onChange });
    listenToExact(exact, (strength) => this.set(id, strength));
  }

  set(id, strength) {
    this.events.onInput(id, strength);
    this.events.onChange();
  }

  /** Show the strengths, a Map from id to number. */
  show(strengths) {
    for (const [id, { range, exact }] of this.rows) showKnob(range, exact, strengths.get(id) ?? 0);
  }
}
