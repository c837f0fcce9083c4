/** D's verdict on each image of a sheet: a border around it, and a count of them all. */

import { appUrl, el, fill } from "./base.js";
import { judge } from "./verdict.js";

const KEPT = 64;
const KINDS = ["real", "fake", "unsure"];

/** Lies over the sheet's image; shows nothing for a sheet that brings no verdicts. */
export class SheetVerdicts {
  constructor(words) {
    this.words = words;
    this.known = new Map();
    this.element = el("div", { class: "sheet-verdicts" });
  }

  forget() {
    this.known.clear();
    this.clear();
  }

  /** No borders: those of another sheet must not lie over this one. */
  clear() {
    this.element.replaceChildren();
  }

  /** What is known of a sheet, or null; asked for again next time where there was nothing. */
  async fetch(address) {
    const known = this.known.get(address);
    if (known) return known;
    const about = await fetch(appUrl(address))
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    if (about) this.known.set(address, about);
    if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value);
    return about;
  }

  /** Draw the borders; returns the count in words, empty where there are no verdicts. */
  show(about, thresholds) {
    this.clear();
    if (!about?.p_real?.length) return "";
    const { columns, gap, tile, p_real: chances } = about;
    const rows = Math.ceil(chances.length / columns);
    const [high, wide] = tile.map((size) => size + gap);
    const whole = [rows * high + gap, columns * wide + gap];
    const counts = { real: 0, fake: 0, unsure: 0 };
    chances.forEach((chance, i) => {
      const kind = judge(chance, thresholds);
      counts[kind] += 1;
      const [row, column] = [Math.floor(i / columns), i % columns];
      const cell = el("div", { class: "verdict-cell", "data-verdict": kind });
      const percent = String(Math.round(chance * 100));
      cell.title = fill(this.words.verdict_title, { percent });
      const [top, left] = [row * high + gap, column * wide + gap];
      const place = { top, left, height: tile[0], width: tile[1] };
      for (const [side, pixels] of Object.entries(place)) {
        const all = side === "top" || side === "height" ? whole[0] : whole[1];
        cell.style[side] = `${(100 * pixels) / all}%`;
      }
      this.element.append(cell);
    });
    return KINDS.map((kind) => fill(this.words[`count_${kind}`], { n: counts[kind] })).join(" · ");
  }
}
