/** The picture of a training run: sample sheets on one side, curves on the other. */

import { el, fill, mountOnce, setText, whole } from "./base.js";
import { CurveControls } from "./curve_controls.js";
import { CurveGroups } from "./curve_groups.js";
import { LiveFacts } from "./live_facts.js";
import { NO_NEWS, followRun } from "./live_news.js";
import { growingEnd } from "./scale.js";
import { SheetView } from "./sheet.js";
import { readTheme, sameTheme } from "./theme.js";

const REDRAW_MS = 1000;
const LATEST_REDRAW_MS = 30_000;

class LiveView {
  constructor({ parentElement, data }) {
    this.words = data.words;
    this.live = NO_NEWS;
    this.redraw = { page: null, delay: REDRAW_MS, at: 0 };
    this.sheet = new SheetView(this.words);
    this.curves = new CurveGroups(this.words, () => this.setOptions());
    this.damage = el("p", { class: "note", hidden: true });
    this.controls = new CurveControls(this.words, () => this.setOptions());
    const bar = el("div", { class: "bar controls" }, ...this.controls.elements);
    const right = el("div", { class: "curves" }, this.curves.element, bar, this.damage);
    const split = el("div", { class: "split" }, this.sheet.element, right);
    this.root = el("section", { class: "studio live" }, this.buildProgress(), split);
    this.root.setAttribute("aria-label", this.words.live);
    parentElement.append(this.root);
  }

  buildProgress() {
    this.done = el("div", { class: "progress-done" });
    this.progress = el("div", { class: "progress", role: "progressbar" }, this.done);
    this.progress.setAttribute("aria-label", this.words.progress);
    return this.progress;
  }

  /** What the page says of the run; its news come by themselves. */
  update({ data, setTriggerValue }) {
    [this.data, this.setTriggerValue] = [data, setTriggerValue];
    this.root.classList.toggle("present", Boolean(data.present));
    const theme = readTheme(this.root);
    if (!sameTheme(theme, this.theme)) this.theme = theme;
    if (data.live_url === this.url) return this.show(this.live);
    this.leave?.();
    [this.url, this.live] = [data.live_url, NO_NEWS];
    this.show(NO_NEWS);
    this.leave = followRun(data.live_url, data.look_secs, (live) => this.show(live));
    return undefined;
  }

  show(live) {
    const begun = performance.now();
    this.live = live;
    const { data } = this;
    const { facts, lists } = live;
    const best = facts.best ?? null;
    this.sheet.update({ ...data, sheet_steps: lists.sheets?.[0] ?? [], best_step: best?.step });
    const panels = data.panels.map((panel) => withPoints(panel, lists));
    this.curves.setPanels(panels, data.marks ?? [], best, data.best_figure);
    const step = facts.step ?? 0;
    this.xEnd = growingEnd(step, data.total_steps);
    this.showProgress(Math.min(step / data.total_steps, 1));
    this.showDamage(facts.num_bad_lines ?? 0);
    this.spent = performance.now() - begun;
    this.setOptions();
    if (live.gone || (facts.page && facts.page !== data.page)) this.askForPage(facts.page);
  }

  showProgress(share) {
    this.progress.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    this.done.style.width = `${(100 * share).toFixed(2)}%`;
  }

  showDamage(count) {
    this.damage.hidden = count === 0;
    if (count) setText(this.damage, fill(this.words.bad_lines, { n: whole(count) }));
  }

  /** Ask Streamlit to draw state and buttons anew; less and less often where that changes nothing. */
  askForPage(page = "gone") {
    const now = performance.now();
    const { redraw } = this;
    if (redraw.page !== page) Object.assign(redraw, { page, delay: REDRAW_MS, at: 0 });
    if (now < redraw.at) return;
    redraw.at = now + redraw.delay;
    redraw.delay = Math.min(2 * redraw.delay, LATEST_REDRAW_MS);
    this.setTriggerValue?.("changed", page);
  }

  setOptions() {
    const { xEnd, theme } = this;
    const { smoothing, log, smoother } = this.controls;
    this.curves.setOptions({ smoothing, log, xEnd, theme });
    smoother.hidden = !this.curves.isSmoothed;
    this.drawSoon();
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const begun = performance.now();
      this.curves.draw();
      // For whoever measures: main-thread time of the last update with its drawing.
      this.root.dataset.tickMs = (this.spent + performance.now() - begun).toFixed(2);
      this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
      this.spent = 0;
    });
  }

  destroy() {
    this.leave?.();
    cancelAnimationFrame(this.frame);
    this.curves.stop();
    this.sheet.destroy();
    this.root.remove();
  }
}

/** A panel with the points of its curves; those with nothing to show yet are left out. */
function withPoints(panel, lists) {
  const series = panel.series.map((line) => {
    const [x, y] = lists[line.key] ?? NO_POINTS;
    return { ...line, x, y };
  });
  return { ...panel, series: series.filter((line, i) => i === 0 || line.x.length) };
}

const NO_POINTS = [[], []];

export default function liveView(component) {
  const make = { facts: LiveFacts }[component.data.part] ?? LiveView;
  return mountOnce(component, (first) => new make(first));
}
