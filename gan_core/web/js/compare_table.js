/** A table that scrolls by itself where it is wider than the page. */

import { appUrl, el } from "./base.js";
import { swatch } from "./swatch.js";
import { isDark, readTheme } from "./theme.js";

export class CompareTable {
  constructor({ parentElement }) {
    this.root = el("div", { class: "studio compare-table", tabindex: "0", role: "region" });
    parentElement.append(this.root);
  }

  update({ data }) {
    this.root.setAttribute("aria-label", data.label);
    const tone = isDark(readTheme(this.root).background) ? "dark" : "light";
    const drawn = JSON.stringify([data.heads, data.rows, tone]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const head = el("thead", {}, el("tr", {}, ...data.heads.map((cell) => cellOf("th", cell, tone))));
    const rows = data.rows.map(([first, ...rest]) =>
      el("tr", {}, cellOf("th", first, tone), ...rest.map((cell) => cellOf("td", cell, tone))),
    );
    this.root.replaceChildren(el("table", {}, head, el("tbody", {}, ...rows)));
  }

  destroy() {
    this.root.remove();
  }
}

/** A text, a link {url, title}, or a run {letter, title, colors, dash}. */
function cellOf(tag, cell, tone) {
  if (typeof cell === "string") return el(tag, { text: cell });
  if (cell.url) return el(tag, {}, el("a", { href: appUrl(cell.url), text: cell.title }));
  if (cell.label !== undefined) return el(tag, { text: cell.label });
  const title = el("span", { class: "run-name", text: cell.title, title: cell.title });
  const sample = swatch(cell.letter, cell.colors[tone], cell.dash);
  return el(tag, {}, el("span", { class: "run-cell" }, sample, title));
}
