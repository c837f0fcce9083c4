/** The picture of a training run: sample sheets on one side, curves on the other. */

import { el, mountOnce } from "./base.js";
import { Chart } from "./chart.js";
import { growingEnd } from "./scale.js";
import { SheetView } from "./sheet.js";
import { readTheme, sameTheme } from "./theme.js";

const FIRST_SMOOTHING = 0.8;

class LiveView {
  constructor({ parentElement, data }) {
    this.words = data.words;
    this.charts = [];
    this.smoothing = FIRST_SMOOTHING;
    this.log = false;
    this.sheet = new SheetView(this.words);
    this.panels = el("div", { class: "panels" });
    const right = el("div", { class: "curves" }, this.panels, this.buildControls());
    const split = el("div", { class: "split" }, this.sheet.element, right);
    this.root = el("section", { class: "studio live" }, split);
    this.root.setAttribute("aria-label", this.words.live);
    parentElement.append(this.root);
    this.observer = new ResizeObserver(() => this.drawSoon());
    this.observer.observe(this.panels);
  }

  buildControls() {
    const smoothing = el("input", { type: "range", min: 0, max: 0.98, step: 0.01 });
    smoothing.value = String(this.smoothing);
    const shown = el("output", { class: "value", text: this.smoothing.toFixed(2) });
    smoothing.addEventListener("input", () => {
      this.smoothing = Number(smoothing.value);
      shown.textContent = this.smoothing.toFixed(2);
      this.setOptions();
    });
    const log = el("input", { type: "checkbox" });
    log.addEventListener("change", () => {
      this.log = log.checked;
      this.setOptions();
    });
    return el(
      "div",
      { class: "bar controls" },
      el("label", { class: "smoothing" }, el("span", { text: this.words.smoothing }), smoothing, shown),
      el("label", {}, log, el("span", { text: this.words.log_scale })),
    );
  }

  update({ data }) {
    const begun = performance.now();
    this.root.classList.toggle("present", Boolean(data.present));
    const theme = readTheme(this.root);
    if (!sameTheme(theme, this.theme)) this.theme = theme;
    this.sheet.update(data);
    this.setPanels(data.panels, data.marks ?? []);
    const last = data.panels.flatMap((panel) => panel.series.map((line) => line.x.at(-1) ?? 0));
    this.xEnd = growingEnd(Math.max(0, ...last), data.total_steps);
    this.spent = performance.now() - begun;
    this.setOptions();
  }

  setPanels(panels, marks) {
    while (this.charts.length > panels.length) this.charts.pop().element.remove();
    while (this.charts.length < panels.length) {
      const chart = new Chart(this.words, (x) => this.hover(x));
      this.charts.push(chart);
      this.panels.append(chart.element);
    }
    this.charts.forEach((chart, i) => chart.setPanel({ ...panels[i], marks }));
  }

  setOptions() {
    const { smoothing, log, xEnd, theme } = this;
    for (const chart of this.charts) chart.setOptions({ smoothing, log, xEnd, theme });
    this.drawSoon();
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const begun = performance.now();
      for (const chart of this.charts) chart.draw();
      // For whoever measures: main-thread time of the last update with its drawing.
      this.root.dataset.tickMs = (this.spent + performance.now() - begun).toFixed(2);
      this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
      this.spent = 0;
    });
  }

  hover(x) {
    for (const chart of this.charts) chart.hover(x);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.sheet.destroy();
    this.root.remove();
  }
}

export default function liveView(component) {
  return mountOnce(component, (first) => new LiveView(first));
}
