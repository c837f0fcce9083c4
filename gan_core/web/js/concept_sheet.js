/** Images to sort by hand: one click for "with", a second for "without", a third for neither. */

import { el, fill, mountOnce, setText } from "./base.js";
import { bytesFromBase64, paint } from "./pixels.js";

const MARKS = ["none", "with", "without"];
const SIGNS = { none: "", with: "+", without: "−" };

class ConceptSheet {
  constructor({ parentElement, data }) {
    this.words = data.words;
    this.marks = [];
    this.grid = el("div", { class: "sorting", role: "group", "aria-label": this.words.sheet });
    this.count = el("p", { class: "note", role: "status" });
    this.root = el("section", { class: "studio concept-sheet" }, this.grid, this.count);
    parentElement.append(this.root);
  }

  update({ data, setStateValue }) {
    this.setStateValue = setStateValue;
    this.root.classList.toggle("invert", Boolean(data.invert));
    if (data.version === this.version) return;
    this.version = data.version;
    this.marks = data.images.map(() => 0);
    this.cells = data.images.map((image, i) => this.buildCell(image, i, data));
    this.grid.replaceChildren(...this.cells.map(({ button }) => button));
    this.tellCount();
  }

  buildCell(image, i, { shape, labels }) {
    const canvas = el("canvas", {});
    paint(canvas, bytesFromBase64(image), shape);
    const sign = el("span", { class: "mark", "aria-hidden": "true" });
    const tag = el("span", { class: "tag", text: labels?.[i] ?? "" });
    const button = el("button", { type: "button", class: "sortable" }, canvas, sign, tag);
    button.addEventListener("click", () => this.mark(i));
    const cell = { button, sign, label: labels?.[i] ?? "" };
    this.name(cell, i, "none");
    return cell;
  }

  name({ button, sign, label }, i, mark) {
    button.dataset.mark = mark;
    setText(sign, SIGNS[mark]);
    const values = { index: i + 1, label, mark: this.words[`mark_${mark}`] };
    button.setAttribute("aria-label", fill(this.words.image, values));
  }

  mark(i) {
    this.marks[i] = (this.marks[i] + 1) % MARKS.length;
    this.name(this.cells[i], i, MARKS[this.marks[i]]);
    this.tellCount();
    this.setStateValue("marks", { version: this.version, marks: [...this.marks] });
  }

  tellCount() {
    const count = (mark) => this.marks.filter((value) => value === mark).length;
    setText(this.count, fill(this.words.count, { with: count(1), without: count(2) }));
  }

  destroy() {
    this.root.remove();
  }
}

export default function conceptSheet(component) {
  return mountOnce(component, (first) => new ConceptSheet(first));
}
