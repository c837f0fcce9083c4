/** The cloud of codes: ten thousand dots, the one under the pointer, and the point that is decoded. */

import { el, fill } from "./base.js";
import {
  axisNumber, drawAxes, drawDots, drawHoles, drawMark, drawName, drawRing, makeDots,
} from "./plane_drawing.js";
import { PointIndex, between, classMiddles } from "./plane_points.js";
import { makeScale } from "./scale.js";
import { fitCanvas, prefersStillness } from "./theme.js";

const MOVE_MS = 450;
const HOVER_PIXELS = 6;
const STRIDES = 40; // arrow keys from one side to the other

export class Scatter {
  /** `events`: onPoint([x, y]) as the hand moves, onHover(index or -1, place). */
  constructor(words, events) {
    this.words = words;
    this.events = events;
    this.point = [0, 0];
    this.hovered = -1;
    this.look = null;
    this.cloud = null;
    this.plot = el("canvas", { "aria-hidden": "true" });
    this.cross = el("canvas", { class: "cross", tabindex: 0, role: "application" });
    this.element = el("div", { class: "cloud" }, this.plot, this.cross);
    this.listen();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
  }

  listen() {
    const place = (event) => {
      const { left, top } = this.cross.getBoundingClientRect();
      return [event.clientX - left, event.clientY - top];
    };
    this.cross.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.cross.setPointerCapture(event.pointerId);
      this.held = true;
      this.goTo(place(event));
      this.lookUnder(place(event));
    });
    this.cross.addEventListener("pointermove", (event) => {
      if (this.held) this.goTo(place(event));
      this.lookUnder(place(event));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.cross.addEventListener(end, () => (this.held = false));
    }
    this.cross.addEventListener("pointerleave", ({ pointerType }) => {
      // A finger leaves with each tap; what it found stays to be looked at.
      if (pointerType === "mouse") this.events.onHover(-1);
    });
    this.cross.addEventListener("keydown", (event) => this.stride(event));
  }

  /** How it looks: {theme, colors, labels, names, isolated, holes}; draws what that changes. */
  setLook(look) {
    this.look = look;
    this.dots = makeDots([...look.colors, look.theme.border], look.theme);
    this.middles = null;
    this.draw();
  }

  /** Another snapshot's points, or another run's: the dots wander to their new places. */
  setCloud(cloud) {
    const before = this.shown;
    this.cloud = cloud;
    this.middles = null;
    const now = { points: cloud.points, limits: cloud.limits };
    cancelAnimationFrame(this.frame);
    if (!before || before.points.length !== now.points.length || prefersStillness()) {
      this.shown = now;
      this.draw();
    } else this.wander(before, now);
  }

  wander(before, now) {
    const begun = performance.now();
    const next = (time) => {
      const share = Math.min(1, Math.max(0, (time - begun) / MOVE_MS));
      const eased = share * share * (3 - 2 * share);
      this.shown = share < 1 ? {
        points: between(before.points, now.points, eased),
        limits: between(before.limits, now.limits, eased),
      } : now;
      this.draw();
      if (share < 1) this.frame = requestAnimationFrame(next);
    };
    this.frame = requestAnimationFrame(next);
  }

  setPoint(point) {
    this.point = point;
    this.drawCross();
  }

  setHovered(index) {
    if (index === this.hovered) return;
    this.hovered = index;
    this.drawCross();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!this.shown || !this.look || width < 60 || height < 60) return;
    const { theme, labels, isolated, names, holes } = this.look;
    const size = theme.fontSize * 0.75;
    const box = { left: size * 2.6, right: width - 2, top: 2, bottom: height - size * 1.7 };
    const [left, right, bottom, top] = this.shown.limits;
    this.box = box;
    this.toX = makeScale(left, right, box.left, box.right);
    this.toY = makeScale(bottom, top, box.bottom, box.top);
    this.place();
    const context = fitCanvas(this.plot, width, height);
    drawAxes(context, box, this.toX, this.toY, this.shown.limits, theme);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    if (isolated !== null) drawDots(context, this.places, this.dotOf(false));
    drawDots(context, this.places, this.dotOf(true));
    if (holes) drawHoles(context, this.cloud.holes, this.toX, this.toY, theme);
    if (labels) this.drawNames(context, names, theme, isolated);
    context.restore();
    this.drawCross();
  }

  /** The dot of each point; when one class stands alone, the others lie faded below it. */
  dotOf(isFront) {
    const { labels, colors, isolated } = this.look;
    return (i) => {
      const label = labels?.[i] ?? 0;
      if (isolated === null) return this.dots[label % colors.length];
      if ((label === isolated) !== isFront) return null;
      return this.dots[isFront ? label % colors.length : colors.length];
    };
  }

  drawNames(context, names, theme, isolated) {
    this.middles ??= classMiddles(this.cloud.points, this.look.labels, names.length);
    this.middles.forEach((middle, label) => {
      if (!middle || (isolated !== null && isolated !== label)) return;
      drawName(context, names[label], this.toX(middle[0]), this.toY(middle[1]), theme);
    });
  }

  /** Where each point is, in pixels; looked up when the pointer asks. */
  place() {
    const { points } = this.shown;
    const places = new Float32Array(points.length);
    for (let i = 0; i < points.length; i += 2) {
      places[i] = this.toX(points[i]);
      places[i + 1] = this.toY(points[i + 1]);
    }
    this.places = places;
    this.index = null;
  }

  drawCross() {
    if (!this.box || !this.look) return;
    const { clientWidth: width, clientHeight: height } = this.element;
    const context = fitCanvas(this.cross, width, height);
    const { theme } = this.look;
    const [x, y] = [this.toX(this.point[0]), this.toY(this.point[1])];
    drawMark(context, this.box, x, y, theme);
    if (this.hovered >= 0) {
      const at = 2 * this.hovered;
      drawRing(context, this.places[at], this.places[at + 1], HOVER_PIXELS, theme);
    }
    const [across, up] = this.point.map(axisNumber);
    this.cross.setAttribute("aria-label", fill(this.words.cloud, { x: across, y: up }));
    Object.assign(this.cross.dataset, { x: Math.round(x), y: Math.round(y), hovered: this.hovered });
  }

  /** The place of a point of the cloud, in pixels of this element. */
  placeOf(index) {
    return [this.places[2 * index], this.places[2 * index + 1]];
  }

  lookUnder([x, y]) {
    if (!this.places) return;
    const { labels, isolated } = this.look;
    const counts = (i) => isolated === null || !labels || labels[i] === isolated;
    this.index ??= new PointIndex(this.places, counts);
    this.events.onHover(this.index.nearestTo(x, y));
  }

  goTo([x, y]) {
    if (!this.box) return;
    const inside = (value, low, high) => Math.min(Math.max(value, low), high);
    const { left, right, top, bottom } = this.box;
    const place = [inside(x, left, right), inside(y, top, bottom)];
    this.events.onPoint([this.toX.invert(place[0]), this.toY.invert(place[1])]);
  }

  stride(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[event.key];
    if (!move || !this.shown) return;
    const [left, right, bottom, top] = this.shown.limits;
    const far = (event.shiftKey ? 5 : 1) / STRIDES;
    const [x, y] = this.point;
    this.events.onPoint([
      Math.min(Math.max(x + move[0] * far * (right - left), left), right),
      Math.min(Math.max(y + move[1] * far * (top - bottom), bottom), top),
    ]);
    event.preventDefault();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
  }
}
