/** One panel of curves: legend with values above, axes and lines below, a crosshair on top. */

import { brief, el, fill, setText, whole } from "./base.js";
import { drawBand, drawMarks, drawXAxis, drawYAxis, strokeSeries } from "./curves.js";
import { smooth } from "./ema.js";
import { shape } from "./icons.js";
import { makeScale, nearest, yRange } from "./scale.js";
import { fitCanvas } from "./theme.js";

const MIN_PLOT_PIXELS = 60;

/**
 * A chart keeps its panel until another one differs, and draws when told to.
 * `onHover(x)` is called with a step, or null, when the pointer or the arrow keys ask for values.
 */
export class Chart {
  constructor(words, onHover) {
    this.words = words;
    this.onHover = onHover;
    this.hoverX = null;
    this.dirty = true;
    this.build();
  }

  build() {
    this.title = el("span", { class: "chart-title" });
    this.at = el("span", { class: "chart-at" });
    this.legend = el("div", { class: "legend" });
    this.plot = el("canvas", { "aria-hidden": "true" });
    this.cross = el("canvas", { class: "cross", tabindex: "0", role: "img" });
    this.empty = el("p", { class: "chart-empty" });
    this.place = el("div", { class: "plot" }, this.plot, this.cross, this.empty);
    const head = el("div", { class: "chart-head" }, this.title, this.at, this.legend);
    this.element = el("figure", { class: "chart" }, head, this.place);
    this.cross.addEventListener("pointermove", (event) => this.point(event));
    this.cross.addEventListener("pointerdown", (event) => this.point(event));
    this.cross.addEventListener("pointerleave", () => this.onHover(null));
    this.cross.addEventListener("blur", () => this.onHover(null));
    this.cross.addEventListener("keydown", (event) => this.step(event));
  }

  /** Take a panel; what differs in its points alone is drawn when the eye can see it. */
  setPanel(panel) {
    const sameFrame = this.panel && sameAround(this.panel, panel);
    if (sameFrame && samePoints(this.panel, panel)) return;
    const sameLines =
      this.panel && panel.series.map(legendKey).join() === this.panel.series.map(legendKey).join();
    this.panel = panel;
    setText(this.title, panel.y_label ? `${panel.title} · ${panel.y_label}` : panel.title);
    if (!sameLines) this.buildLegend();
    this.dirty ||= !sameFrame;
    this.grown = true;
  }

  /** Options shared by all panels: smoothing, log, end of the x axis, how it says a number, theme. */
  setOptions(options) {
    const changed = Object.entries(options).some(([key, value]) => this.options?.[key] !== value);
    this.options = options;
    if (changed) this.dirty = true;
  }

  buildLegend() {
    this.entries = this.panel.series.map((line) => {
      const sample = shape("svg", { viewBox: "0 0 28 8", class: "sample", "aria-hidden": "true" });
      const stroke = shape("line", { x1: 1, y1: 4, x2: 27, y2: 4, "stroke-width": 2.5 });
      stroke.setAttribute("stroke-dasharray", (line.dash ?? []).join(" "));
      sample.append(stroke);
      const value = el("span", { class: "value" });
      const entry = el("span", { class: "entry" }, sample, el("span", { text: line.label }), value);
      return { entry, stroke, value };
    });
    this.legend.replaceChildren(...this.entries.map(({ entry }) => entry));
  }

  /** Draw what changed since the last time; a chart without room waits for some. */
  draw() {
    const { clientWidth: width, clientHeight: height } = this.place;
    this.dirty ||= width !== this.width || height !== this.height;
    if ((!this.dirty && !this.grown) || !this.panel || width < MIN_PLOT_PIXELS || !height) return;
    const { smoothing, theme, xEnd } = this.options;
    this.smoothed = this.panel.series.map((line) => smooth(line.y, smoothing));
    const seen = this.dirty || this.reachesFurther();
    [this.width, this.height, this.dirty, this.grown] = [width, height, false, false];
    if (!seen) return this.drawCross();
    const log = this.options.log && this.panel.y_min === undefined;
    const size = theme.fontSize * 0.8;
    const box = { left: size * 3.6, right: width - 6, top: 6, bottom: height - size * 1.9 };
    const range = yRange(this.panel, log);
    this.box = box;
    this.toX = makeScale(0, xEnd, box.left, box.right);
    this.toY = makeScale(range[0], range[1], box.bottom, box.top, log);
    this.log = log;
    this.range = range;
    this.ends = this.panel.series.map((line) => line.x.at(-1));
    this.drawPlot(fitCanvas(this.plot, width, height), range, size);
    return this.drawCross();
  }

  /**
   * Whether new points change the picture: a line has come a pixel further, or out of the axis.
   * Of a long run a second's steps are far less than a pixel, and drawing them is most of a tick.
   */
  reachesFurther() {
    const range = yRange(this.panel, this.log);
    if (String(range) !== String(this.range)) return true;
    return this.panel.series.some(
      ({ x }, i) => !x.length || !(Math.abs(this.toX(x.at(-1)) - this.toX(this.ends[i])) < 1),
    );
  }

  drawPlot(context, range, size) {
    const { theme, xEnd, xText } = this.options;
    const { box, toX, toY, log, panel } = this;
    context.font = `${size}px ${theme.fontFamily}`;
    drawYAxis(context, box, range, toY, log, theme);
    drawXAxis(context, box, xEnd, toX, theme, xText);
    if (panel.band) drawBand(context, box, panel.band, toY, theme);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top - 2, box.right - box.left + 2, box.bottom - box.top + 4);
    context.clip();
    panel.series.forEach((line, i) => {
      const color = theme.color(line.color);
      this.entries[i].stroke.setAttribute("stroke", color);
      const width = theme.fontSize >= 20 ? 3.2 : 2.2;
      strokeSeries(context, line, this.smoothed[i], { toX, toY, log, color, width });
    });
    drawMarks(context, box, panel.marks ?? [], toX, theme);
    context.restore();
    const empty = panel.series.every((line) => line.x.length === 0);
    setText(this.empty, empty ? this.words.no_points : "");
  }

  /** Show values at a step, or the newest ones for null. */
  hover(x) {
    if (x === null && this.hoverX === null) return;
    this.hoverX = x;
    if (this.toX) this.drawCross();
  }

  drawCross() {
    const { series } = this.panel;
    const xs = this.stepsUnder(series);
    const step = this.hoverX === null || !xs ? null : xs[nearest(xs, this.hoverX)];
    const isBare = step === null && this.isBare; // an empty canvas stays as it is
    const context = isBare ? null : fitCanvas(this.cross, this.width, this.height);
    this.isBare = step === null;
    if (step !== null) this.drawRule(context, step);
    series.forEach((line, i) => {
      const at = step === null ? lastKnown(line.y) : nearest(line.x, step);
      const value = at < 0 ? null : this.smoothed[i][at];
      setText(this.entries[i].value, brief(value));
      if (step !== null && drawable(value, this.log)) this.drawDot(context, line, line.x[at], value);
    });
    setText(this.at, step === null ? "" : this.placeWords(step));
    this.cross.setAttribute("aria-label", this.spoken(step));
  }

  /** Where on the x axis, in words. */
  placeWords(x) {
    return fill(this.words.step, { step: (this.options.xText ?? whole)(x) });
  }

  stepsUnder(series) {
    const longest = series.reduce((one, line) => (line.x.length > one.length ? line.x : one), []);
    return longest.length ? longest : null;
  }

  drawRule(context, step) {
    const x = Math.round(this.toX(step)) + 0.5;
    context.strokeStyle = this.options.theme.text;
    context.globalAlpha = 0.6;
    context.beginPath();
    context.moveTo(x, this.box.top);
    context.lineTo(x, this.box.bottom);
    context.stroke();
    context.globalAlpha = 1;
  }

  drawDot(context, line, x, value) {
    const { theme } = this.options;
    context.beginPath();
    context.arc(this.toX(x), this.toY(value), 4, 0, 2 * Math.PI);
    context.fillStyle = theme.color(line.color);
    context.strokeStyle = theme.background;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }

  /** The panel in a sentence, for those who hear it. */
  spoken(step) {
    const values = this.panel.series.map((line, i) => `${line.label} ${this.entries[i].value.textContent}`);
    const where = step === null ? "" : `, ${this.placeWords(step)}`;
    return `${this.panel.title}${where}: ${values.join(", ")}`;
  }

  point(event) {
    if (!this.toX || !this.box) return;
    const x = event.clientX - this.cross.getBoundingClientRect().left;
    const inside = x >= this.box.left - 8 && x <= this.box.right + 8;
    this.onHover(inside ? this.toX.invert(x) : null);
  }

  step(event) {
    const xs = this.panel && this.stepsUnder(this.panel.series);
    if (!xs) return;
    const now = this.hoverX === null ? xs.length - 1 : nearest(xs, this.hoverX);
    const stride = event.shiftKey ? 10 : 1;
    const moves = { ArrowLeft: now - stride, ArrowRight: now + stride, Home: 0, End: xs.length - 1 };
    if (event.key === "Escape") this.onHover(null);
    else if (event.key in moves) {
      this.onHover(xs[Math.min(Math.max(moves[event.key], 0), xs.length - 1)]);
      event.preventDefault();
    }
  }
}

function drawable(value, log) {
  return value !== null && Number.isFinite(value) && !(log && value <= 0);
}

function lastKnown(values) {
  for (let i = values.length - 1; i >= 0; i -= 1) if (values[i] !== null) return i;
  return -1;
}

function legendKey(line) {
  return `${line.key}|${line.label}|${line.color}|${line.dash}`;
}

function sameNumbers(one, other) {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let i = one.length - 1; i >= 0; i -= 1) if (one[i] !== other[i]) return false;
  return true;
}

/** Whether two panels differ in nothing but the points of their lines. */
function sameAround(one, other) {
  return (
    ["title", "y_label", "y_min", "y_max"].every((key) => one[key] === other[key]) &&
    String(one.band) === String(other.band) &&
    JSON.stringify(one.marks) === JSON.stringify(other.marks) &&
    one.series.map(legendKey).join() === other.series.map(legendKey).join()
  );
}

/** Whether the points are the same; a new one differs at the end, so that is looked at first. */
function samePoints(one, other) {
  return one.series.every((line, i) => {
    const twin = other.series[i];
    return sameNumbers(line.x, twin.x) && sameNumbers(line.y, twin.y);
  });
}
