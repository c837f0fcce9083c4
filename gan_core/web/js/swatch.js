/** How a run looks among others: its letter, and a piece of its line. */

import { el } from "./base.js";
import { shape } from "./icons.js";

export function swatch(letter, color, dash) {
  const sample = shape("svg", { viewBox: "0 0 28 8", class: "sample", "aria-hidden": "true" });
  const stroke = shape("line", { x1: 1, y1: 4, x2: 27, y2: 4, "stroke-width": 2.5, stroke: color });
  stroke.setAttribute("stroke-dasharray", dash.join(" "));
  sample.append(stroke);
  return el("span", { class: "swatch" }, el("b", { text: letter }), sample);
}
