/** How curves are drawn: smoothed by how much, and on which scale. */

import { el } from "./base.js";

const FIRST_SMOOTHING = 0.8;

/** `changed()` is called when somebody chose otherwise. */
export class CurveControls {
  constructor(words, changed) {
    this.smoothing = FIRST_SMOOTHING;
    this.log = false;
    this.changed = changed;
    this.smoother = this.buildSmoother(words);
    this.elements = [this.smoother, this.buildScale(words)];
  }

  buildSmoother(words) {
    const slider = el("input", { type: "range", min: 0, max: 0.98, step: 0.01 });
    slider.value = String(this.smoothing);
    const shown = el("output", { class: "value", text: this.smoothing.toFixed(2) });
    slider.addEventListener("input", () => {
      this.smoothing = Number(slider.value);
      shown.textContent = this.smoothing.toFixed(2);
      this.changed();
    });
    return el("label", { class: "smoothing" }, el("span", { text: words.smoothing }), slider, shown);
  }

  buildScale(words) {
    const log = el("input", { type: "checkbox" });
    log.addEventListener("change", () => {
      this.log = log.checked;
      this.changed();
    });
    return el("label", {}, log, el("span", { text: words.log_scale }));
  }
}
