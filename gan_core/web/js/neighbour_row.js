/** Pictures from around the point where one stands; a click goes there. */

import { el, fill, setText } from "./base.js";
import { paint } from "./pixels.js";
import { showVerdict } from "./verdict.js";

export class NeighbourRow {
  constructor(words, onPick) {
    this.words = words;
    this.onPick = onPick;
    this.cells = [];
    this.element = el("div", { class: "neighbours", role: "group", "aria-label": words.neighbours });
  }

  setCount(count, [height, width]) {
    this.element.style.setProperty("--count", String(count));
    while (this.cells.length > count) this.cells.pop().button.remove();
    while (this.cells.length < count) {
      const canvas = el("canvas", { width, height });
      const button = el("button", { type: "button", class: "neighbour framed", disabled: true });
      const tag = el("span", { class: "tag" });
      button.append(canvas, tag);
      const cell = { canvas, button, tag, z: null };
      button.setAttribute("aria-label", fill(this.words.neighbour, { index: this.cells.length + 1 }));
      button.addEventListener("click", () => this.onPick(cell.z));
      this.cells.push(cell);
      this.element.append(button);
    }
  }

  /** While the point moves the old pictures stay, faded, and lead nowhere. */
  setStale() {
    this.element.classList.add("stale");
    for (const { button } of this.cells) button.disabled = true;
  }

  /** `nameOf(label)` gives the words for the class of each. */
  show(latents, { images, shape, pReal, labels }, thresholds, nameOf) {
    this.element.classList.remove("stale");
    this.cells.forEach((cell, i) => {
      cell.z = latents[i];
      cell.button.disabled = false;
      paint(cell.canvas, images[i], shape);
      showVerdict(this.words, pReal?.[i], thresholds, cell.button);
      setText(cell.tag, nameOf(labels?.[i]));
    });
  }
}
