/** Panels of curves in groups of which one is on show: what training logs, and what is evaluated. */

import { el, fill, setText, whole } from "./base.js";
import { Chart } from "./chart.js";
import { Tabs } from "./tabs.js";

const [TRAINING, QUALITY] = ["training", "quality"];

/** The choice stands above the panels as soon as there is one; `onSize()` when panels get room. */
export class CurveGroups {
  constructor(words, onSize) {
    this.words = words;
    this.groups = [
      { name: TRAINING, text: words.training, charts: [], element: el("div", { class: "panels" }) },
      { name: QUALITY, text: words.quality, charts: [], element: el("div", { class: "panels many" }) },
    ];
    this.tabs = new Tabs(words.curves, this.groups, () => this.tabs && onSize());
    this.best = el("span", { class: "best" });
    this.head = el("div", { class: "bar choice", hidden: true }, this.tabs.element, this.best);
    this.element = el("div", { class: "groups" }, this.head, ...this.groups.map((g) => g.element));
    this.observer = new ResizeObserver(onSize);
    for (const { element } of this.groups) this.observer.observe(element);
  }

  get charts() {
    return this.groups.flatMap(({ charts }) => charts);
  }

  /** Whether what is on show is smoothed; what was evaluated a few times stands for itself. */
  get isSmoothed() {
    return this.tabs.chosen !== QUALITY;
  }

  /** Take the panels with their points; `best` is {step, fid} of the best snapshot, or null; `figure` names its figure. */
  setPanels(panels, marks, best, figure) {
    for (const group of this.groups) {
      const own = panels.filter((panel) => (panel.group ?? TRAINING) === group.name);
      this.fit(group, own.length);
      const shown = group.name === QUALITY ? [...marks, ...this.bestMark(best)] : marks;
      group.charts.forEach((chart, i) => chart.setPanel({ ...own[i], marks: shown }));
    }
    const hasChoice = this.groups.every(({ charts }) => charts.length);
    if (!hasChoice && this.tabs.chosen !== TRAINING) this.tabs.choose(TRAINING);
    this.head.hidden = !hasChoice;
    const values = best ? { step: whole(best.step), figure, value: best.fid } : null;
    setText(this.best, values ? fill(this.words.best_so_far, values) : "");
  }

  bestMark(best) {
    return best ? [{ x: best.step, label: this.words.best }] : [];
  }

  fit({ charts, element }, count) {
    while (charts.length > count) charts.pop().element.remove();
    while (charts.length < count) {
      const chart = new Chart(this.words, (x) => this.hover(x));
      charts.push(chart);
      element.append(chart.element);
    }
  }

  setOptions(options) {
    for (const { name, charts } of this.groups) {
      const smoothing = name === QUALITY ? 0 : options.smoothing;
      for (const chart of charts) chart.setOptions({ ...options, smoothing });
    }
  }

  draw() {
    for (const chart of this.charts) chart.draw();
  }

  hover(x) {
    for (const chart of this.charts) chart.hover(x);
  }

  stop() {
    this.observer.disconnect();
  }
}
