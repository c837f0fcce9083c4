/** The latent explorer: one image under the hand, sliders beside it, relatives below. */

import { el, fill, mountOnce, setText, whole } from "./base.js";
import { Concepts } from "./concepts.js";
import { DecodeError, createServerDecoder, postJson } from "./decoder.js";
import { DecodeQueue } from "./decode_queue.js";
import { icon } from "./icons.js";
import { LabelLine } from "./label_line.js";
import { History, bent, keepLocked, neighboursOf } from "./latents.js";
import { NeighbourRow } from "./neighbour_row.js";
import { BORDER_PIXELS, keepCrisp, paint } from "./pixels.js";
import { Sliders } from "./sliders.js";
import { Tabs } from "./tabs.js";
import { createBadge, showVerdict } from "./verdict.js";

const LARGEST_SEED = 9999;

class Explorer {
  constructor({ parentElement, data }) {
    this.words = data.words;
    this.locked = new Set();
    this.directions = new Map();
    this.strengths = new Map();
    this.strengthsAt = new WeakMap();
    this.painted = 0;
    this.moves = 0;
    this.queue = new DecodeQueue({
      onImage: (answer) => this.showImage(answer),
      onNeighbours: (latents, answer) => this.showNeighbours(latents, answer),
      onFailure: (error) => this.showFailure(error),
      onQuiet: () => this.tell(),
    });
    this.sliders = new Sliders(this.words, {
      onInput: (dimension, value) => this.slide(dimension, value),
      onChange: () => this.rest(),
      onLock: (dimension, locked) => this.lock(dimension, locked),
    });
    this.concepts = new Concepts(this.words, {
      onInput: (id, strength) => this.bend(id, strength),
      onChange: () => this.rest(),
      onNew: () => this.act({ kind: "new-concept" }),
      onRemove: (id) => this.act({ kind: "remove-concept", id }),
    });
    this.label = new LabelLine(this.words, () => this.act({ kind: "train-classifier" }));
    this.row = new NeighbourRow(this.words, (z) => this.go(z));
    this.build(parentElement);
  }

  build(parent) {
    this.canvas = el("canvas", { class: "picture", role: "img", "aria-label": this.words.picture });
    this.waiting = el("p", { class: "waiting", text: this.words.loading });
    this.frame = el("div", { class: "framed" }, this.canvas);
    const stage = el("div", { class: "stage" }, this.frame, this.waiting);
    this.badge = createBadge();
    this.step = el("span", { class: "at-step value" });
    const caption = el("div", { class: "caption" }, this.badge.element, this.step);
    this.note = el("p", { class: "note", role: "status" });
    const below = [caption, this.label.element, this.row.element];
    const left = el("div", { class: "hand" }, stage, ...below);
    this.tabs = new Tabs(this.words.directions, [
      { name: "dimensions", text: this.words.dimensions, element: this.sliders.element },
      { name: "concepts", text: this.words.concepts, element: this.concepts.element },
    ]);
    const panels = [this.tabs.element, this.sliders.element, this.concepts.element];
    const right = el("div", { class: "reins" }, this.buildToolbar(), this.note, ...panels);
    const split = el("div", { class: "split" }, left, right);
    this.root = el("section", { class: "studio explorer", "aria-label": this.words.explorer }, split);
    this.root.addEventListener("keydown", (event) => this.shortcut(event));
    this.crisp = keepCrisp(stage, () => this.canvas, () => this.canvas.width, BORDER_PIXELS);
    parent.append(this.root);
  }

  buildToolbar() {
    const button = (name, text, onclick) => {
      const made = el("button", { type: "button", class: "button", title: text, onclick });
      made.setAttribute("aria-label", text);
      made.append(icon(name));
      return made;
    };
    const random = button("dice", this.words.randomise, () => this.randomise());
    random.append(el("span", { text: this.words.randomise }));
    const zero = button("zero", this.words.zero, () => this.goZero());
    zero.append(el("span", { text: this.words.zero }));
    this.undo = button("undo", this.words.undo, () => this.travel("undo"));
    this.redo = button("redo", this.words.redo, () => this.travel("redo"));
    this.seed = el("input", { type: "number", min: 0, step: 1, inputmode: "numeric", class: "seed" });
    this.seed.title = this.words.seed_help;
    this.seed.addEventListener("change", () => this.sow());
    const seed = el("label", { class: "sow" }, el("span", { text: this.words.seed }), this.seed);
    return el("div", { class: "bar toolbar" }, random, zero, this.undo, this.redo, seed);
  }

  /** Called with each new `data`; z is taken from it only when z_version is another one. */
  update({ data, setStateValue, setTriggerValue }) {
    const before = this.data;
    this.data = data;
    this.setStateValue = setStateValue;
    this.setTriggerValue = setTriggerValue;
    this.root.classList.toggle("present", Boolean(data.present));
    this.root.classList.toggle("invert", Boolean(data.invert));
    const newPlace = !before || data.run !== before.run || data.latent_size !== before.latent_size;
    if (newPlace || data.z_version !== before.z_version) this.takeLatent(data.z, newPlace);
    this.sliders.setShape(Math.min(data.num_sliders, data.latent_size), data.sigma);
    this.row.setCount(data.neighbours, data.image_shape);
    if (newPlace) this.clear(data.image_shape);
    this.setDirections(data.directions ?? []);
    this.label.setStanding(data.classifier);
    this.showPlace();
    const moved = newPlace || data.step !== before.step || data.decode_url !== before.decode_url;
    if (moved) {
      this.queue.decoder = createServerDecoder(data.decode_url, data);
    }
    const named = before?.classifier?.state !== data.classifier?.state;
    if (moved || named || data.z_version !== before.z_version) this.want();
  }

  takeLatent(z, newPlace) {
    const given = Array.from(z);
    this.moves += 1;
    if (newPlace) {
      this.locked.clear();
      this.history = new History(given);
    } else this.history.push(given);
    this.z = [...given];
    this.strengths.clear();
    this.told = String(given);
    this.markTravel();
  }

  /** An empty picture of the size that the first one will have. */
  clear([height, width]) {
    [this.canvas.width, this.canvas.height] = [width, height];
    this.crisp.fit();
  }

  want() {
    const { neighbours, neighbour_radius: radius } = this.data;
    const z = [...this.z];
    this.row.setStale();
    this.queue.want(z, () => neighboursOf(z, neighbours, radius, this.locked));
  }

  /** While a value moves: only the image follows. */
  slide(dimension, value) {
    this.moves += 1;
    this.z[dimension] = value;
    this.showPlace();
    this.want();
  }

  /** While the strength of a concept moves: the latent moves along its vector. */
  bend(id, strength) {
    this.moves += 1;
    const further = strength - (this.strengths.get(id) ?? 0);
    this.z = bent(this.z, this.directions.get(id), further, this.locked);
    this.strengths.set(id, strength);
    this.showPlace();
    this.want();
  }

  setDirections(directions) {
    this.directions = new Map(directions.map(({ id, vector }) => [id, vector]));
    this.concepts.setDirections(directions);
  }

  showPlace() {
    this.sliders.show(this.z);
    this.concepts.show(this.strengths);
  }

  /** Ask Python for something that only it can do. */
  act(action) {
    this.setTriggerValue("action", action);
  }

  /** The hand rests: a step for undo. Python is told once the image is there. */
  rest() {
    this.moves += 1;
    this.history.push([...this.z]);
    this.strengthsAt.set(this.history.now, new Map(this.strengths));
    this.markTravel();
    this.want();
  }

  /** To a place that no concept led to: strengths are measured from there. */
  go(z) {
    this.z = [...z];
    this.strengths.clear();
    this.showPlace();
    this.rest();
  }

  goZero() {
    this.go(keepLocked(this.z, this.z.map(() => 0), this.locked));
  }

  randomise() {
    this.seed.value = String(Math.floor(Math.random() * (LARGEST_SEED + 1)));
    return this.sow();
  }

  /**
   * The latent that belongs to the seed in the box; the server draws it, as everywhere else.
   * A hand that has moved on meanwhile is not pulled back.
   */
  async sow() {
    const seed = Number(this.seed.value);
    if (this.seed.value === "" || !Number.isInteger(seed) || seed < 0) return;
    this.moves += 1;
    const moves = this.moves;
    const size = this.data.latent_size;
    const url = this.data.latents_url ?? "studio/latents";
    try {
      const { latents } = await postJson(url, { seed, count: 1, latent_size: size });
      if (this.moves === moves) this.go(keepLocked(this.z, latents[0], this.locked));
    } catch (error) {
      this.showFailure(error);
    }
  }

  travel(direction) {
    const z = this.history[direction]();
    if (!z) return;
    this.moves += 1;
    this.z = [...z];
    this.strengths = new Map(this.strengthsAt.get(z) ?? []);
    this.showPlace();
    this.markTravel();
    this.want();
  }

  /** Not `disabled`: that would take the focus away, and the keyboard's undo with it. */
  markTravel() {
    this.undo.setAttribute("aria-disabled", String(!this.history.past.length));
    this.redo.setAttribute("aria-disabled", String(!this.history.future.length));
  }

  shortcut(event) {
    const typing = event.target.type === "number";
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    this.travel(event.shiftKey ? "redo" : "undo");
    event.preventDefault();
  }

  lock(dimension, locked) {
    if (locked) this.locked.add(dimension);
    else this.locked.delete(dimension);
    this.want();
  }

  showNeighbours(latents, answer) {
    const nameOf = (label) => this.label.nameOf(label);
    this.row.show(latents, answer, this.data.verdict_thresholds, nameOf);
  }

  showImage({ step, shape, images, pReal, labels, confidences }) {
    paint(this.canvas, images[0], shape);
    this.painted += 1;
    this.waiting.hidden = true;
    const thresholds = this.data.verdict_thresholds;
    const verdict = showVerdict(this.words, pReal?.[0], thresholds, this.frame, this.badge);
    this.label.show(labels?.[0], confidences?.[0]);
    setText(this.step, fill(this.words.step, { step: whole(step) }));
    setText(this.note, "");
    Object.assign(this.canvas.dataset, { painted: this.painted, step, verdict: verdict ?? "none" });
  }

  showFailure(error) {
    if (!(error instanceof DecodeError)) throw error;
    setText(this.note, this.words[error.reason]);
    if (!this.painted) setText(this.waiting, this.words[error.reason]);
  }

  /** Tell Python where the hand rests; never in the middle of a drag, never twice the same. */
  tell() {
    const now = String(this.history.now);
    if (now === this.told || now !== String(this.z)) return;
    this.told = now;
    this.setStateValue("z", [...this.history.now]);
  }

  destroy() {
    this.queue.close();
    this.crisp.stop();
    this.root.remove();
  }
}

export default function explorer(component) {
  return mountOnce(component, (first) => new Explorer(first));
}
