/** A small place to draw on, with mouse, finger or pen. */

import { el } from "./base.js";

const SIDE = 224;

/** Draws light on dark, as digits are trained; `invert` only shows it the other way round. */
export class Sketch {
  constructor(words) {
    this.canvas = el("canvas", { width: SIDE, height: SIDE, class: "sketch" });
    this.canvas.setAttribute("aria-label", words.sketch);
    this.canvas.setAttribute("role", "img");
    this.context = this.canvas.getContext("2d");
    this.colour = "#ffffff";
    this.last = null;
    this.listen();
    this.clear();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.last = this.spot(event);
      this.line(this.last);
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.last) return;
      const between = event.getCoalescedEvents?.() ?? [];
      for (const each of between.length ? between : [event]) this.line(this.spot(each));
    });
    const end = () => (this.last = null);
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
  }

  spot(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = SIDE / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  line(to) {
    const { context } = this;
    context.lineWidth = SIDE / 13;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.strokeStyle = this.colour;
    context.beginPath();
    context.moveTo(...this.last);
    context.lineTo(...to);
    context.stroke();
    this.last = to;
    this.empty = false;
  }

  clear() {
    this.context.fillStyle = "#000000";
    this.context.fillRect(0, 0, SIDE, SIDE);
    this.empty = true;
  }

  /** The drawing as a PNG. */
  blob() {
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }
}
