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
    this.element.replaceChildren();
  }

  /** Fetch what is known of a sheet; null where there is nothing. */
  async fetch(address) {
    if (!this.known.has(address)) {
      const answer = await fetch(appUrl(address)).catch(() => null);
      this.known.set(address, answer?.ok ? await answer.json() : null);
      if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value);
    }
    return this.known.get(address);
  }

  /** Draw the borders; returns the count in words, empty where there are no verdicts. */
  show(about, thresholds) {
    this.element.replaceChildren();
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
      cell.title = `${this.words[`verdict_${kind}`]} · ${fill(this.words.verdict_title, {
        percent: String(Math.round(chance * 100)),
      })}`;
      const place = { top: row * high + gap, height: tile[0], left: column * wide + gap, width: tile[1] };
      for (const [side, pixels] of Object.entries(place)) {
        const all = side === "top" || side === "height" ? whole[0] : whole[1];
        cell.style[side] = `${(100 * pixels) / all}%`;
      }
      this.element.append(cell);
    });
    return KINDS.map((kind) => fill(this.words[`count_${kind}`], { n: counts[kind] })).join(" · ");
  }
}
