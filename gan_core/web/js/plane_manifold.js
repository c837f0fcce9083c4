/** The manifold: a sheet of decoded images, each from its own point of the plane. */

import { appUrl, el } from "./base.js";

export class Manifold {
  constructor(words, onPoint) {
    this.onPoint = onPoint;
    this.sheet = el("img", { class: "manifold-sheet", alt: words.manifold, draggable: "false" });
    this.mark = el("div", { class: "manifold-mark", hidden: true });
    this.element = el("div", { class: "manifold", title: words.manifold_help }, this.sheet, this.mark);
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.element.setPointerCapture(event.pointerId);
      this.held = true;
      this.go(event);
    });
    this.element.addEventListener("pointermove", (event) => this.held && this.go(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.element.addEventListener(end, () => (this.held = false));
    }
  }

  /** The sheet of another snapshot: the old one stays until it is there. */
  setSheet(url, { across, up }) {
    this.grid = { across, up };
    const next = new Image();
    this.next = next;
    next.addEventListener("load", () => {
      if (this.next === next) this.sheet.src = next.src;
    });
    next.src = appUrl(url);
  }

  go(event) {
    if (!this.grid) return;
    const { left, top, width, height } = this.element.getBoundingClientRect();
    const { across, up } = this.grid;
    const cell = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    const column = cell((event.clientX - left) / width, across.length);
    const row = cell((event.clientY - top) / height, up.length);
    this.onPoint([across[column], up[up.length - 1 - row]]);
  }

  /** Mark the image that is nearest to a point, unless the point lies outside of the sheet. */
  setPoint([x, y]) {
    if (!this.grid) return;
    const { across, up } = this.grid;
    const [column, row] = [nearestPlace(across, x), nearestPlace(up, y)];
    this.mark.hidden = column < 0 || row < 0;
    const percent = 100 / across.length;
    this.mark.style.left = `${percent * column}%`;
    this.mark.style.top = `${percent * (up.length - 1 - row)}%`;
    this.mark.style.width = this.mark.style.height = `${percent}%`;
  }
}

/** The index of the nearest of rising numbers; -1 beyond their ends by more than their last gap. */
export function nearestPlace(rising, value) {
  const last = rising.length - 1;
  const away = rising.map((other) => Math.abs(other - value));
  const found = away.indexOf(Math.min(...away));
  const gap = found === 0 ? rising[1] - rising[0] : rising[found] - rising[found - 1];
  return (found === 0 || found === last) && away[found] > gap ? -1 : found;
}
