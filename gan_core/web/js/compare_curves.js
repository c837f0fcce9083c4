/** One chart for each figure, a line for each run, over steps, images or time. */

import { el, whole } from "./base.js";
import { Chart } from "./chart.js";
import { AXES, places, unitOf, withNews } from "./compare_axis.js";
import { CurveControls } from "./curve_controls.js";
import { tickText } from "./curves.js";
import { growingEnd } from "./scale.js";

const FEW = 30;

/** `tell({axis})` is called when another axis has been chosen. */
export class CompareCurves {
  constructor(words, tell) {
    this.words = words;
    this.charts = [];
    this.controls = new CurveControls(words, () => this.setOptions());
    this.panels = el("div", { class: "compare-panels" });
    this.element = el("div", { class: "compare-part" }, this.buildBar(tell), this.panels);
    this.observer = new ResizeObserver(() => this.drawSoon());
    this.observer.observe(this.panels);
  }

  buildBar(tell) {
    this.axes = AXES.map((axis) => {
      const text = this.words[`axis_${axis}`];
      return el("button", { type: "button", class: "button", text, onclick: () => tell({ axis }) });
    });
    const axes = el("div", { class: "axes", role: "group" }, ...this.axes);
    axes.setAttribute("aria-label", this.words.axis);
    return el("div", { class: "bar controls" }, axes, ...this.controls.elements);
  }

  update(runs, data, view, theme) {
    [this.runs, this.theme, this.axis] = [runs, theme, view.axis];
    AXES.forEach((axis, i) => this.axes[i].setAttribute("aria-pressed", String(axis === view.axis)));
    this.unit = unitOf(Math.max(...runs.map(({ live }) => live.facts.elapsed_secs ?? 0), 0));
    const panels = data.panels.map((panel) => this.withLines(panel));
    this.setPanels(panels.filter((panel) => panel.series.length || panel.always));
    const ends = panels.flatMap(({ series }) => series.map((line) => line.x.at(-1)));
    this.xEnd = growingEnd(Math.max(...ends, 0));
    this.setOptions();
  }

  /** A panel with a line for each run that has this figure, and with the axis in its title. */
  withLines(panel) {
    const series = this.runs.map((run) => this.line(run, panel)).filter(Boolean);
    return { ...panel, series };
  }

  line(run, panel) {
    const news = run.live.lists[panel.points ? panel.live[run.id] : panel.key];
    const found = panel.points ? withNews(panel.points[run.id], news) : news;
    if (!found?.[0].length) return null;
    const [steps, y, low, high] = found;
    const x = places(steps, this.axis, {
      imagesSeen: run.images_seen,
      elapsed: run.live.lists.elapsed_s,
      unitSecs: this.unit.secs,
    });
    if (!x) return null;
    const dots = Boolean(panel.points) || steps.length < FEW;
    const { color, dash, letter } = run;
    return { key: run.id, label: letter, color, dash, x, y, low, high, dots };
  }

  setPanels(panels) {
    while (this.charts.length > panels.length) this.charts.pop().element.remove();
    while (this.charts.length < panels.length) {
      const chart = new Chart({ ...this.words }, (x) => this.hover(x));
      this.charts.push(chart);
      this.panels.append(chart.element);
    }
    this.charts.forEach((chart, i) => {
      chart.words.step = this.axis === "time" ? this.words[`at_${this.unit.word}`] : this.words[`at_${this.axis}`];
      chart.setPanel(panels[i]);
    });
    this.panels.dataset.axis = this.axis;
  }

  setOptions() {
    const { xEnd, theme } = this;
    const { smoothing, log } = this.controls;
    if (!theme) return;
    const xText = this.axis === "time" ? tickText : whole;
    // A few measurements are shown as they are: a mean over them would be another figure.
    for (const chart of this.charts) {
      const own = chart.panel.series.every((line) => line.dots) ? 0 : smoothing;
      chart.setOptions({ smoothing: own, log, xEnd, xText, theme });
    }
    this.drawSoon();
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      for (const chart of this.charts) if (chart.options) chart.draw();
    });
  }

  hover(x) {
    for (const chart of this.charts) chart.hover(x);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
  }
}
