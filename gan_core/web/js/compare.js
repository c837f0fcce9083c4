/** Runs side by side: their sheets under one scrubber, their curves on common axes. */

import { el, mountOnce } from "./base.js";
import { CompareCurves } from "./compare_curves.js";
import { CompareSheets } from "./compare_sheets.js";
import { CompareTable } from "./compare_table.js";
import { NO_NEWS, followRun } from "./live_news.js";
import { isDark, readTheme, sameTheme } from "./theme.js";

class CompareView {
  constructor({ parentElement, data }) {
    this.lives = new Map();
    this.leaves = new Map();
    const tell = (view) => this.tell(view);
    this.sheets = new CompareSheets(data.words, tell);
    this.curves = new CompareCurves(data.words, tell);
    this.root = el("section", { class: "studio compare" }, this.sheets.element, this.curves.element);
    this.root.setAttribute("aria-label", data.words.compare);
    parentElement.append(this.root);
  }

  /** Which runs the page wants; their news come by themselves. */
  update({ data, setStateValue }) {
    [this.data, this.setStateValue] = [data, setStateValue];
    this.view ??= data.view;
    const theme = readTheme(this.root);
    if (!sameTheme(theme, this.theme)) this.theme = theme;
    const tone = isDark(theme.background) ? "dark" : "light";
    this.runs = data.runs.map((run) => ({ ...run, color: run.colors[tone] }));
    this.follow();
    this.show();
  }

  follow() {
    const wanted = new Map(this.runs.map((run) => [run.live_url, run]));
    for (const [url, leave] of this.leaves) {
      if (wanted.has(url)) continue;
      leave();
      this.leaves.delete(url);
      this.lives.delete(url);
    }
    for (const url of wanted.keys()) {
      if (this.leaves.has(url)) continue;
      const leave = followRun(url, this.data.look_secs, (live) => {
        this.lives.set(url, live);
        this.showSoon();
      });
      this.leaves.set(url, leave);
    }
  }

  showSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.show();
    });
  }

  show() {
    const runs = this.runs.map((run) => ({ ...run, live: this.lives.get(run.live_url) ?? NO_NEWS }));
    this.sheets.update(runs, this.data, this.view);
    this.curves.update(runs, this.data, this.view, this.theme);
  }

  /** Somebody chose an axis or a step: the address has to know. */
  tell(view) {
    this.view = { ...this.view, ...view };
    this.setStateValue?.("view", this.view);
    this.showSoon();
  }

  destroy() {
    for (const leave of this.leaves.values()) leave();
    cancelAnimationFrame(this.frame);
    this.sheets.destroy();
    this.curves.destroy();
    this.root.remove();
  }
}

export default function compare(component) {
  const make = { table: CompareTable }[component.data.part] ?? CompareView;
  return mountOnce(component, (first) => new make(first));
}
