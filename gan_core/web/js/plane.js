/** The plane: what a network makes of all test images, one point each, and what lies between them. */

import { el, fill, mountOnce, setText, whole } from "./base.js";
import { DecodeError } from "./decoder.js";
import { PlaneImages } from "./plane_images.js";
import { PlanePanel } from "./plane_panel.js";
import { isDark, readTheme, sameTheme } from "./theme.js";

const TIP_GAP = 14;

class PlaneView {
  constructor({ parentElement, data }) {
    this.words = data.words;
    this.panels = new Map();
    this.isolated = null;
    this.images = null;
    this.build(parentElement);
  }

  build(parent) {
    this.legend = el("div", { class: "bar plane-legend", role: "group", "aria-label": this.words.legend });
    this.holes = el("input", { type: "checkbox", onchange: () => this.dress() });
    const showHoles = el("label", { title: this.words.holes_help }, this.holes, el("span", { text: this.words.holes }));
    const toHole = el("button", { type: "button", class: "button", text: this.words.to_hole, onclick: () => this.goToHole() });
    toHole.title = this.words.to_hole_help;
    const tools = el("div", { class: "bar plane-tools" }, showHoles, toHole);
    this.note = el("p", { class: "note", role: "status" });
    this.planes = el("div", { class: "planes" });
    this.thumb = el("canvas", { class: "thumb" });
    this.tipText = el("span");
    this.tip = el("div", { class: "plane-tip", hidden: true }, this.thumb, this.tipText);
    const bar = el("div", { class: "plane-bar" }, this.legend, tools);
    this.root = el("section", { class: "studio plane", "aria-label": this.words.plane });
    this.root.append(bar, this.planes, this.note, this.tip);
    parent.append(this.root);
  }

  update({ data }) {
    const before = this.data;
    this.data = data;
    this.root.classList.toggle("present", Boolean(data.present));
    this.root.classList.toggle("invert", Boolean(data.invert));
    this.planes.classList.toggle("pair", data.models.length > 1);
    if (before?.images_url !== data.images_url) this.loadImages(data);
    const runs = data.models.map((model) => model.run);
    for (const [run, panel] of this.panels) {
      if (runs.includes(run)) continue;
      panel.destroy();
      this.panels.delete(run);
    }
    for (const model of data.models) this.panelOf(model.run).update(model, data.image_shape);
    const elements = runs.map((run) => this.panels.get(run).element);
    if (elements.some((element, i) => this.planes.children[i] !== element)) {
      this.planes.replaceChildren(...elements);
    }
    const newNames = String(before?.class_names) !== String(data.class_names);
    if (newNames) this.writeLegend();
    if (newNames || !sameTheme(readTheme(this.root), this.theme) || !this.dressed) this.dress();
  }

  panelOf(run) {
    if (!this.panels.has(run)) {
      const panel = new PlanePanel(this.words, { onHover: (index) => this.hover(index, panel) });
      this.panels.set(run, panel);
      this.dressed = false;
    }
    return this.panels.get(run);
  }

  async loadImages(data) {
    [this.images, this.isolated] = [null, null];
    try {
      const images = await PlaneImages.load(data);
      if (this.data.images_url !== data.images_url) return;
      this.images = images;
      const words = images.heldOut ? this.words.held_out : this.words.trained;
      setText(this.note, fill(words, { count: whole(images.count) }));
      this.dress();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      setText(this.note, this.words[error.reason]);
    }
  }

  writeLegend() {
    this.chips = this.data.class_names.map((name, label) => {
      const dot = el("span", { class: "dot", "aria-hidden": "true" });
      const chip = el("button", { type: "button", class: "button chip", "aria-pressed": "false" });
      chip.append(dot, el("span", { text: name }));
      chip.title = fill(this.words.only, { name });
      chip.addEventListener("click", () => this.isolate(label));
      return { chip, dot };
    });
    this.legend.replaceChildren(...this.chips.map(({ chip }) => chip));
    this.legend.hidden = !this.chips.length;
  }

  /** Show one class before the others; again, and all are back. */
  isolate(label) {
    this.isolated = this.isolated === label ? null : label;
    this.dress();
  }

  /** Colours, labels and holes, as they are now, onto everything. */
  dress() {
    this.theme = readTheme(this.root);
    const colors = this.data.colors[isDark(this.theme.background) ? "dark" : "light"];
    this.chips.forEach(({ chip, dot }, label) => {
      dot.style.background = colors[label % colors.length];
      chip.setAttribute("aria-pressed", String(this.isolated === label));
      chip.classList.toggle("faded", this.isolated !== null && this.isolated !== label);
    });
    const labels = this.images?.labels ?? null;
    const { theme, isolated } = this;
    const look = { theme, colors, labels, isolated, names: this.data.class_names, holes: this.holes.checked };
    for (const panel of this.panels.values()) panel.scatter.setLook(look);
    this.dressed = true;
  }

  goToHole() {
    if (!this.holes.checked) {
      this.holes.checked = true;
      this.dress();
    }
    for (const panel of this.panels.values()) panel.goToHole();
  }

  /** The same image in every cloud; its picture beside the pointer. */
  hover(index, from) {
    for (const panel of this.panels.values()) panel.scatter.setHovered(index);
    this.tip.hidden = index < 0 || !this.images?.draw(this.thumb, index);
    if (this.tip.hidden) return;
    const label = this.images.labels?.[index];
    setText(this.tipText, label === undefined ? "" : this.data.class_names[label]);
    this.tip.dataset.index = index;
    const [x, y] = from.scatter.placeOf(index);
    const cloud = from.scatter.element.getBoundingClientRect();
    const root = this.root.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const right = cloud.left - root.left + x + TIP_GAP;
    const left = right + width > root.width ? right - width - 2 * TIP_GAP : right;
    const top = Math.max(0, cloud.top - root.top + y - height / 2);
    this.tip.style.transform = `translate(${left}px, ${top}px)`;
  }

  destroy() {
    for (const panel of this.panels.values()) panel.destroy();
    this.root.remove();
  }
}

export default function plane(component) {
  return mountOnce(component, (first) => new PlaneView(first));
}
