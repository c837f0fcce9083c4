/** How a walk goes: the way between points, its easing, its loop and its speed. */

import { el } from "./base.js";

const WALK_SPEEDS = [0.25, 0.5, 1, 2, 4];

function buildSelect(label, title, choices, onChange) {
  const select = el("select", { title });
  for (const [value, text] of choices) select.append(el("option", { value, text }));
  select.addEventListener("change", onChange);
  return { select, element: el("label", { title }, el("span", { text: label }), select) };
}

/** `manner` is {method, easing, closed, speed}; `onChange()` when somebody changes it. */
export class WalkOptions {
  constructor(words, onChange) {
    const methods = [["slerp", words.walk_slerp], ["linear", words.walk_linear]];
    const easings = [
      ["even", words.walk_even],
      ["smooth", words.walk_smooth],
      ["stops", words.walk_stops],
    ];
    const speeds = WALK_SPEEDS.map((speed) => [speed, `${speed}×`]);
    this.method = buildSelect(words.walk_method, words.walk_method_help, methods, onChange);
    this.easing = buildSelect(words.walk_easing, words.walk_easing_help, easings, onChange);
    this.speed = buildSelect(words.walk_speed, words.walk_speed_help, speeds, onChange);
    this.speed.select.value = "1";
    this.closed = el("input", { type: "checkbox", checked: true });
    this.closed.addEventListener("change", onChange);
    const title = words.walk_closed_help;
    const closed = el("label", { title }, this.closed, el("span", { text: words.walk_closed }));
    const parts = [this.method, this.easing, this.speed].map(({ element }) => element);
    this.element = el("div", { class: "bar walk-options" }, ...parts, closed);
  }

  get manner() {
    return {
      method: this.method.select.value,
      easing: this.easing.select.value,
      closed: this.closed.checked,
      speed: Number(this.speed.select.value),
    };
  }

  /** Take what an address says; what it does not know stays. */
  set({ method, easing, closed, speed }) {
    const choose = ({ select }, value) => {
      const known = [...select.options].some((option) => option.value === String(value));
      if (known) select.value = String(value);
    };
    choose(this.method, method);
    choose(this.easing, easing);
    choose(this.speed, speed);
    if (typeof closed === "boolean") this.closed.checked = closed;
  }
}
