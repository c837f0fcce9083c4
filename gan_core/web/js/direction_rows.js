/** A slider for each direction that was found in a generator: where the latent lies along it. */

import { el, fill, setText } from "./base.js";
import { listenToExact, listenToKnob, showKnob } from "./knob.js";
import { createNameTag, showName } from "./name_tag.js";
import { createLock } from "./sliders.js";

/**
 * `onInput(vector, place)` while a slider moves, `onChange()` when it rests,
 * `onHold(id, vector or null)` and `onName(id, text)`.
 */
export class DirectionRows {
  constructor(words, label, about, usual, events) {
    this.words = words;
    this.usual = usual;
    this.events = events;
    this.rows = new Map();
    this.list = el("div", { class: "direction-rows" });
    this.note = el("p", { class: "note", text: words.directions_loading });
    this.element = el("div", { class: "directions", role: "group", "aria-label": label });
    this.element.append(el("p", { class: "note about", text: about }), this.list, this.note);
  }

  /** In place of the sliders: why there are none. */
  say(text) {
    setText(this.note, text);
    this.note.hidden = !text;
  }

  /** Have a row for each of {id, vector, share}; those that stay keep their slider. */
  setDirections(directions, sigma, names = {}) {
    const wanted = new Set(directions.map(({ id }) => id));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    directions.forEach((direction, i) => {
      const usual = fill(this.usual, { index: i + 1 });
      if (!this.rows.has(direction.id)) this.addRow(direction.id, usual);
      const row = this.rows.get(direction.id);
      row.vector = direction.vector;
      row.range.min = String(-sigma);
      row.range.max = String(sigma);
      showName(row.tag, names[direction.id], usual);
      const percent = (direction.share * 100).toFixed(direction.share < 0.1 ? 1 : 0);
      setText(row.share, fill(this.words.direction_share, { percent }));
      if (row.lock.getAttribute("aria-pressed") === "true") this.events.onHold(direction.id, row.vector);
    });
    this.say(directions.length ? "" : this.words.directions_none);
  }

  addRow(id, name) {
    const range = el("input", { type: "range", step: 0.01, "aria-label": name });
    range.title = this.words.slider_help;
    const exact = el("input", { type: "number", step: 0.1, inputmode: "decimal" });
    exact.setAttribute("aria-label", fill(this.words.exact, { name }));
    const row = { range, exact, share: el("small", { class: "value" }), vector: [] };
    row.share.title = this.words.direction_share_help;
    row.tag = createNameTag(this.words, (text) => this.events.onName(id, text));
    const { onInput, onChange, onHold } = this.events;
    row.lock = createLock(this.words, name, (locked) => {
      range.disabled = locked;
      exact.disabled = locked;
      onHold(id, locked ? row.vector : null);
    });
    const move = (place) => onInput(row.vector, place);
    listenToKnob(range, { step: 0.1, fine: 0.01, home: 0, onInput: move, onChange });
    listenToExact(exact, (place) => {
      move(place);
      onChange();
    });
    const label = el("span", { class: "direction-name" }, row.tag.element, row.share);
    row.element = el("div", { class: "slider direction" }, label, range, exact, row.lock);
    this.rows.set(id, row);
    this.list.append(row.element);
  }

  /** Show where the latent lies; `along(vector)` tells. */
  show(along) {
    for (const { range, exact, vector } of this.rows.values()) showKnob(range, exact, along(vector));
  }
}
