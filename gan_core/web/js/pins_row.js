/** The row of pinned points: go, name, order, remove, and pin more. */

import { brief, el, fill, setText } from "./base.js";
import { icon } from "./icons.js";
import { createNameTag, showName } from "./name_tag.js";
import { paintSmall } from "./pins_pictures.js";

const DRAG_PIXELS = 6;

/** Panel: `update(data)`, `moved()` and `close()`. */
export class PinsRow {
  constructor(hand, pins) {
    this.hand = hand;
    this.pins = pins;
    this.words = hand.words;
    this.cells = new Map();
    this.dragged = null;
    this.list = el("ol", { class: "pins-list", "aria-label": this.words.pins });
    this.told = el("p", { class: "pins-told", role: "status" });
    this.element = el("section", { class: "pins", "aria-label": this.words.pins });
    this.element.append(this.list, this.buildButtons(), this.told);
    const ends = [pins.onChange(() => this.render()), pins.pictures.onChange(() => this.repaint())];
    this.stop = () => ends.forEach((end) => end());
  }

  buildButtons() {
    const button = (name, text, title, onclick) => {
      const made = el("button", { type: "button", class: "button", title, onclick });
      made.append(icon(name), el("span", { text }));
      return made;
    };
    const { words } = this;
    const [here, drawn] = [() => this.pin(this.hand.z()), () => this.pinRandom()];
    this.add = button("plus", words.pins_add, words.pins_add_help, here);
    this.random = button("dice", words.pins_random, words.pins_random_help, drawn);
    return el("div", { class: "pins-more" }, this.add, this.random);
  }

  update(data) {
    this.pins.update(data);
  }

  pin(z) {
    const pin = this.pins.add(z);
    if (pin) setText(this.told, fill(this.words.pins_added, { name: pin.name }));
  }

  async pinRandom() {
    const pin = await this.pins.addRandom();
    if (pin) setText(this.told, fill(this.words.pins_added, { name: pin.name }));
  }

  render() {
    const { list } = this.pins;
    const here = new Set(list.map(({ id }) => id));
    for (const [id, cell] of this.cells) {
      if (here.has(id)) continue;
      cell.element.remove();
      this.cells.delete(id);
    }
    list.forEach((pin, index) => {
      if (!this.cells.has(pin.id)) this.addCell(pin);
      this.showPin(pin, index);
    });
    // A node that is taken out loses the pointer that drags it: its real place waits for the end.
    if (!this.dragged) this.settleOrder();
    for (const button of [this.add, this.random]) button.disabled = this.pins.full;
    this.repaint();
  }

  addCell(pin) {
    const canvas = el("canvas", { class: "empty", width: 28, height: 28 });
    const face = el("button", { type: "button", class: "pin-face" }, canvas);
    const tag = createNameTag(this.words, (text) => this.pins.rename(pin.id, text));
    const remove = el("button", { type: "button", class: "pin-remove", text: "×" });
    const error = el("small", { class: "value pin-error" });
    const element = el("li", { class: "pin" }, face, remove, tag.element, error);
    face.addEventListener("click", (event) => this.go(event, pin.id));
    face.addEventListener("keydown", (event) => this.key(event, pin.id));
    face.addEventListener("pointerdown", (event) => this.startDrag(event, pin.id));
    face.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      face.addEventListener(end, () => this.endDrag());
    }
    remove.addEventListener("click", () => this.remove(pin.id));
    this.cells.set(pin.id, { element, face, canvas, tag, remove, error });
    this.list.append(element);
  }

  showPin({ id, name, error }, index) {
    const cell = this.cells.get(id);
    const shown = { name };
    cell.element.style.order = String(index);
    cell.face.setAttribute("aria-label", fill(this.words.pins_go, shown));
    cell.face.title = fill(this.words.pins_go_help, shown);
    cell.remove.setAttribute("aria-label", fill(this.words.pins_remove, shown));
    cell.remove.title = fill(this.words.pins_remove, shown);
    showName(cell.tag, name, name);
    const known = error !== undefined && error !== null;
    setText(cell.error, known ? fill(this.words.pins_error, { error: brief(error) }) : "");
  }

  settleOrder() {
    const order = this.pins.list.map(({ id }) => this.cells.get(id).element);
    if (order.every((element, i) => this.list.children[i] === element)) return;
    const focused = this.list.getRootNode().activeElement;
    this.list.append(...order);
    if (this.list.contains(focused)) focused.focus({ preventScroll: true });
  }

  repaint() {
    for (const [id, { canvas }] of this.cells) paintSmall(canvas, this.pins.pictures.of(id));
  }

  /** The click that ends a drag goes nowhere; a key's click has no detail. */
  go(event, id) {
    if (this.justDragged && event.detail) return;
    this.hand.go([...this.pins.find(id).z]);
  }

  remove(id) {
    const { list } = this.pins;
    const index = list.findIndex((pin) => pin.id === id);
    const next = list[index + 1] ?? list[index - 1];
    setText(this.told, fill(this.words.pins_removed, { name: list[index].name }));
    this.pins.remove(id);
    (next ? this.cells.get(next.id).face : this.add).focus({ preventScroll: true });
  }

  /** Arrows walk along the row, with Shift they carry the pin along; Delete removes it. */
  key(event, id) {
    const index = this.pins.list.findIndex((pin) => pin.id === id);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") this.remove(id);
    else if (step && event.shiftKey) this.carry(id, index + step);
    else if (step) this.focusAt(index + step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  focusAt(index) {
    const pin = this.pins.list[index];
    if (pin) this.cells.get(pin.id).face.focus();
  }

  carry(id, to) {
    const last = this.pins.list.length - 1;
    this.pins.move(id, to);
    const index = Math.min(Math.max(to, 0), last) + 1;
    const name = this.pins.find(id).name;
    setText(this.told, fill(this.words.pins_moved, { name, index, count: last + 1 }));
  }

  startDrag(event, id) {
    this.justDragged = false;
    if (event.button) return;
    this.start = { id, x: event.clientX, y: event.clientY };
    event.currentTarget.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.start) return;
    const { id, x, y } = this.start;
    const far = Math.hypot(event.clientX - x, event.clientY - y) >= DRAG_PIXELS;
    if (!this.dragged && !far) return;
    this.dragged = id;
    this.cells.get(id).element.classList.add("lifted");
    const nearest = this.nearest(event.clientX, event.clientY);
    this.carry(id, nearest);
  }

  /** Index of the place in the row that is nearest to a point of the window. */
  nearest(x, y) {
    const distances = this.pins.list.map(({ id }) => {
      const box = this.cells.get(id).face.getBoundingClientRect();
      return Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
    });
    return distances.indexOf(Math.min(...distances));
  }

  endDrag() {
    this.start = null;
    if (!this.dragged) return;
    this.cells.get(this.dragged)?.element.classList.remove("lifted");
    this.dragged = null;
    this.justDragged = true;
    this.settleOrder();
  }

  close() {
    this.stop();
  }
}
