/** A pad: one point under the finger, in the plane of two directions or among pinned images. */

import { el, setText } from "./base.js";
import { PadAxes } from "./pad_axes.js";
import { BlendField, PlaneField } from "./pad_fields.js";
import { PadTiles } from "./pad_tiles.js";
import { paintSmall } from "./pins_pictures.js";

const LEAST_PINS = 3;
const STEP = 1 / 30;
const LARGE_STEP = 1 / 6;
const SIGMA = 3;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const percent = (value) => `${(50 * (value + 1)).toFixed(3)}%`;

/** Panel: `update(data)`, `moved(z)`, `shown()`, `hidden()`, `close()`. */
export class Pad {
  constructor(hand, pins) {
    this.hand = hand;
    this.pins = pins;
    this.words = hand.words;
    this.plane = new PlaneField(this.words);
    this.blend = new BlendField(this.words);
    this.mode = "plane";
    this.visible = true;
    this.build();
    this.tiles = new PadTiles(hand, this.ground, () => this.wanted());
    const ends = [pins.onChange(() => this.takePins()), pins.pictures.onChange(() => this.paintCorners())];
    this.stop = () => ends.forEach((end) => end());
  }

  build() {
    const { words } = this;
    this.axes = new PadAxes(this.hand, () => this.takeAxes());
    this.modes = ["plane", "pins"].map((mode) => {
      const text = mode === "plane" ? words.pad_plane : words.pad_pins;
      const button = el("button", { type: "button", class: "segment", role: "radio", text });
      button.addEventListener("click", () => this.setMode(mode));
      button.addEventListener("keydown", (event) => this.modeKey(event));
      return { mode, button };
    });
    const buttons = this.modes.map(({ button }) => button);
    const about = { class: "segments", role: "radiogroup", "aria-label": words.pad_mode };
    const modes = el("div", about, ...buttons);
    this.centre = el("button", { type: "button", class: "button", text: words.pad_centre });
    this.centre.addEventListener("click", () => this.goTo([0, 0]));
    this.empty = el("p", { class: "note pad-empty", text: words.pad_too_few });
    this.readout = el("p", { class: "note value pad-readout" });
    this.element = el("section", { class: "pad", "aria-label": words.pad });
    const foot = el("div", { class: "pad-foot" }, this.readout, this.centre);
    this.element.append(modes, this.axes.element, this.buildField(), foot);
    this.showMode();
  }

  buildField() {
    this.ground = el("canvas", { class: "pad-ground", width: 7, height: 7 });
    this.marks = el("div", { class: "pad-corners", "aria-hidden": "true" });
    this.point = el("div", { class: "pad-point" });
    this.field = el("div", { class: "pad-field", role: "slider", tabindex: 0 });
    this.field.setAttribute("aria-label", this.words.pad_field);
    this.field.setAttribute("aria-valuemin", "-1");
    this.field.setAttribute("aria-valuemax", "1");
    this.field.title = this.words.pad_field_help;
    this.field.append(this.ground, this.marks, this.point, this.empty);
    this.field.addEventListener("pointerdown", (event) => this.press(event));
    this.field.addEventListener("pointermove", (event) => this.pull(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.field.addEventListener(end, () => this.release());
    }
    this.field.addEventListener("dblclick", () => this.goTo([0, 0]));
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("keyup", () => this.release());
    this.field.addEventListener("blur", () => this.release());
    return this.field;
  }

  get now() {
    return this.mode === "plane" ? this.plane : this.blend;
  }

  /** Whether there is anything to drag. */
  get ready() {
    return this.mode === "plane" ? Boolean(this.plane.anchor) : this.pins.list.length >= LEAST_PINS;
  }

  wanted() {
    return this.visible && this.ready ? this.now : null;
  }

  update(data) {
    this.pins.update(data);
    const place = `${data.run} ${data.latent_size} ${data.sigma}`;
    const before = String(this.axes.chosen);
    this.axes.refresh();
    if (place !== this.place || before !== String(this.axes.chosen)) {
      this.place = place;
      this.takeAxes();
    } else this.tiles.disturb();
  }

  takeAxes() {
    const z = this.hand.z();
    this.plane.setAxes(this.axes.axes, this.hand.data().sigma ?? SIGMA, z);
    this.plane.hold(z, this.hand.locked());
    this.show();
    this.tiles.disturb();
  }

  takePins() {
    this.blend.setPins(this.pins.list);
    while (this.marks.children.length > this.pins.list.length) this.marks.lastChild.remove();
    while (this.marks.children.length < this.pins.list.length) {
      this.marks.append(el("canvas", { class: "pad-corner empty", width: 28, height: 28 }));
    }
    this.blend.corners.forEach(([x, y], i) => {
      this.marks.children[i].style.left = percent(x);
      this.marks.children[i].style.top = percent(y);
    });
    this.paintCorners();
    this.moved(this.hand.z());
  }

  paintCorners() {
    this.pins.list.forEach(({ id }, i) => {
      if (this.marks.children[i]) paintSmall(this.marks.children[i], this.pins.pictures.of(id));
    });
  }

  setMode(mode) {
    this.mode = mode;
    this.showMode();
    if (!this.plane.anchor) return;
    this.now.hold(this.hand.z(), this.hand.locked());
    this.show();
    this.tiles.disturb();
  }

  showMode() {
    for (const { mode, button } of this.modes) {
      button.setAttribute("aria-checked", String(mode === this.mode));
      button.tabIndex = mode === this.mode ? 0 : -1;
    }
    this.axes.element.classList.toggle("resting", this.mode !== "plane");
    for (const select of this.axes.selects) select.disabled = this.mode !== "plane";
  }

  modeKey(event) {
    if (!ARROWS[event.key]) return;
    this.setMode(this.mode === "plane" ? "pins" : "plane");
    this.modes.find(({ mode }) => mode === this.mode).button.focus();
    event.preventDefault();
  }

  press(event) {
    if (event.button || !this.ready) return;
    this.field.setPointerCapture(event.pointerId);
    this.begin();
    this.pull(event);
  }

  /** From here on the ground stays where it is until the hand lets go. */
  begin() {
    if (this.holding) return;
    this.axes.touched = true;
    this.now.hold(this.hand.z(), this.hand.locked());
    this.holding = true;
  }

  pull(event) {
    if (!this.holding || !this.field.hasPointerCapture(event.pointerId)) return;
    const box = this.field.getBoundingClientRect();
    const x = (2 * (event.clientX - box.left)) / box.width - 1;
    const y = (2 * (event.clientY - box.top)) / box.height - 1;
    this.moveTo([x, y]);
  }

  moveTo(place) {
    const field = this.now;
    field.place = field.nearest(place);
    field.away = false;
    this.hand.drag(field.latentAt(field.place));
    this.show();
    this.tiles.disturb();
  }

  release() {
    if (!this.holding) return;
    this.holding = false;
    this.hand.rest();
  }

  goTo(place) {
    if (!this.ready) return;
    this.begin();
    this.moveTo(place);
    this.release();
  }

  key(event) {
    if (event.key === "Home") this.goTo([0, 0]);
    else if (ARROWS[event.key] && this.ready) {
      const [right, down] = ARROWS[event.key].map((way) => way * (event.shiftKey ? LARGE_STEP : STEP));
      this.begin();
      this.moveTo([this.now.place[0] + right, this.now.place[1] + down]);
    } else return;
    event.preventDefault();
  }

  /** The latent is elsewhere: by this pad, which knows, or by another hand. */
  moved(z) {
    if (this.holding || !this.plane.anchor) return;
    this.plane.hold(z, this.hand.locked());
    this.blend.hold(z, this.hand.locked());
    this.show();
    this.tiles.disturb();
  }

  show() {
    const { ready, mode, now } = this;
    const [x, y] = now.place;
    this.empty.hidden = ready;
    this.point.hidden = !ready;
    this.ground.hidden = !ready;
    this.marks.hidden = mode !== "pins";
    this.field.classList.toggle("among", mode === "pins");
    this.field.setAttribute("aria-disabled", String(!ready));
    if (!ready) return setText(this.readout, "");
    this.point.style.left = percent(x);
    this.point.style.top = percent(y);
    this.point.classList.toggle("away", now.away);
    const corners = mode === "pins" ? this.blend.corners : [];
    const edge = corners.map((corner) => corner.map(percent).join(" ")).join(", ");
    this.ground.style.clipPath = edge ? `polygon(${edge})` : "";
    const text = now.text(now.place);
    this.field.setAttribute("aria-valuenow", x.toFixed(3));
    this.field.setAttribute("aria-valuetext", text);
    return setText(this.readout, text);
  }

  shown() {
    this.visible = true;
    if (this.place) this.update(this.hand.data());
  }

  hidden() {
    this.visible = false;
    this.release();
    this.tiles.close();
  }

  close() {
    this.tiles.close();
    this.stop();
  }
}
