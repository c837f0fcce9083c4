/** The latent explorer: one image under the hand, what moves it beside it, tools below. */

import { readAddress } from "./address.js";
import { el, fill, mountOnce, setText, whole } from "./base.js";
import { DecodeQueue } from "./decode_queue.js";
import { DecodeError, postJson } from "./decoder.js";
import { Dock } from "./dock.js";
import { Hand } from "./hand.js";
import { Judge } from "./judge.js";
import { LabelLine } from "./label_line.js";
import { neighboursOf, normals } from "./latents.js";
import { NeighbourRow } from "./neighbour_row.js";
import { Pins } from "./pins.js";
import { BORDER_PIXELS, keepCrisp, paint } from "./pixels.js";
import { Reins } from "./reins.js";
import { ShareMenu } from "./share_menu.js";
import { ImageSource } from "./source.js";
import { Toolbar } from "./toolbar.js";
import { createTexts } from "./texts.js";
import { createBadge, showVerdict } from "./verdict.js";

const LARGEST_SEED = 9999;

class Explorer {
  constructor({ parentElement, data }) {
    this.words = data.words;
    this.data = data;
    this.painted = 0;
    this.version = 0;
    this.hand = new Hand((resting) => this.moved(resting));
    this.source = new ImageSource({
      onSnapshot: () => this.newSnapshot(),
      onNotice: (reason, detail) => this.showNotice(reason, detail),
    });
    this.queue = new DecodeQueue({
      decode: (latents) => this.source.decode(latents),
      decodeAside: (latents, signal) => this.source.decodeAside(latents, signal),
      onImage: (answer, latent) => this.showImage(answer, latent),
      onNeighbours: (latents, answer) => this.showNeighbours(latents, answer),
      onFailure: (error) => this.showFailure(error),
    });
    this.judge = new Judge((verdict) => this.showJudged(verdict));
    this.tell = createTexts(this);
    this.build(parentElement);
  }

  build(parent) {
    const { words } = this;
    this.label = new LabelLine(words, () => this.act({ kind: "train-classifier" }));
    this.row = new NeighbourRow(words, (z) => this.hand.go(z));
    this.toolbar = new Toolbar(words, {
      onRandom: () => this.randomise(),
      onZero: () => this.hand.zero(),
      onTravel: (way) => this.hand.travel(way),
      onSeed: (seed) => this.sow(seed),
      onSigma: (sigma) => this.reins.setSigma(sigma),
      onTruncate: (share) => this.hand.truncate(share),
      onRest: () => this.hand.rest(),
    });
    const panels = this.forPanels();
    this.pins = new Pins(panels);
    this.reins = new Reins(words, this.hand, panels, this.pins, {
      onAct: (action) => this.act(action),
    });
    this.dock = new Dock(words, this.data, panels, this.pins);
    const share = new ShareMenu(words, this.tell);
    this.note = el("p", { class: "note", role: "status" });
    const left = el("div", { class: "hand" }, ...this.buildStage());
    const right = el("div", { class: "reins" }, this.toolbar.element, this.note, this.reins.element);
    this.toolbar.element.append(share.element);
    const split = el("div", { class: "split" }, left, right, this.dock.pinsRow.element, this.dock.element);
    this.root = el("section", { class: "studio explorer", "aria-label": words.explorer }, split);
    this.root.addEventListener("keydown", (event) => this.shortcut(event));
    parent.append(this.root);
  }

  buildStage() {
    const { words } = this;
    this.canvas = el("canvas", { class: "picture", role: "img", "aria-label": words.picture });
    this.waiting = el("p", { class: "waiting", text: words.loading });
    this.frame = el("div", { class: "framed" }, this.canvas);
    const stage = el("div", { class: "stage" }, this.frame, this.waiting);
    this.badge = createBadge();
    this.where = el("span", { class: "where", title: words.here_help });
    this.step = el("span", { class: "at-step value" });
    const caption = el("div", { class: "caption" }, this.badge.element, this.where, this.step);
    this.notice = el("p", { class: "notice", role: "status", hidden: true });
    this.crisp = keepCrisp(stage, () => this.canvas, () => this.canvas.width, BORDER_PIXELS);
    return [stage, caption, this.notice, this.label.element, this.row.element];
  }

  /** What panels may ask of the explorer. */
  forPanels() {
    const { hand } = this;
    return {
      words: this.words,
      z: () => hand.z(),
      drag: (z) => hand.drag(z),
      rest: () => hand.rest(),
      go: (z) => hand.go(z),
      decode: (latents, signal) => this.source.decodeAside(latents, signal),
      data: () => ({ ...this.data, step: this.source.step }),
      directions: () => this.reins.directions(),
      locked: () => hand.locked,
      random: () => this.drawn(),
      address: (more = {}) => this.tell.address(more),
      act: (action) => this.act(action),
      local: () => this.source.isLocal,
    };
  }

  /** Called with each new `data`; z is taken from it only when z_version is another one. */
  update({ data, setTriggerValue }) {
    const before = this.started ? this.data : null;
    this.data = data;
    this.setTriggerValue = setTriggerValue;
    this.root.classList.toggle("present", Boolean(data.present));
    this.root.classList.toggle("invert", Boolean(data.invert));
    this.root.classList.toggle("watching", data.may_edit === false);
    this.root.classList.toggle("no-training", data.may_train === false);
    const newPlace = !before || data.run !== before.run || data.latent_size !== before.latent_size;
    if (newPlace) this.begin(data);
    else if (data.z_version !== before.z_version) this.hand.go(data.z);
    this.row.setCount(data.neighbours, data.image_shape);
    this.label.setStanding(data.classifier);
    this.judge.url = data.judge_url ?? null;
    const moved = newPlace || data.step !== before.step || data.bundle_url !== before.bundle_url;
    this.source.update(data);
    this.reins.update(data, this.source.step);
    this.dock.update(data);
    const named = before?.classifier?.state !== data.classifier?.state;
    if (moved || named) this.want();
  }

  /** First data, or another generator's. */
  begin(data) {
    this.started = true;
    const asked = this.version ? {} : readAddress(data.hash ?? location.hash, data.latent_size);
    this.version += 1;
    this.hand.settle(asked.z ?? data.z);
    [this.canvas.width, this.canvas.height] = [data.image_shape[1], data.image_shape[0]];
    this.crisp.fit();
    if (asked.axes) this.reins.pad.axes.ask(asked.axes);
    if (asked.tab) this.reins.choose(asked.tab);
    if (asked.tool) this.dock.choose(asked.tool);
    if (asked.walk) this.dock.openWalk(asked.walk);
    this.toolbar.sigma.value = String(data.sigma);
    this.markTravel();
  }

  /** The latent is another one. */
  moved(resting) {
    if (!this.started) return;
    this.reins.show();
    this.markTravel();
    this.toolbar.setTruncation(this.hand.truncation);
    this.judge.moved();
    this.badge.element.classList.add("stale");
    this.dock.moved(this.hand.z(), resting);
    this.reins.moved(this.hand.z(), resting);
    this.want();
  }

  markTravel() {
    const { past, future } = this.hand.history;
    this.toolbar.mark(past.length, future.length);
  }

  want() {
    const { neighbours, neighbour_radius: radius } = this.data;
    const z = this.hand.z();
    this.row.setStale();
    this.queue.want(z, () => neighboursOf(z, neighbours, radius, this.hand.locked));
  }

  newSnapshot() {
    if (!this.started) return;
    const data = { ...this.data, step: this.source.step };
    this.reins.update(data, this.source.step);
    this.dock.update(data);
    this.want();
  }

  /** Ask Python for something that only it can do; the latent goes along. */
  act(action) {
    this.setTriggerValue?.("action", { ...action, z: this.hand.z(), step: this.source.step });
  }

  async randomise() {
    const seed = Math.floor(Math.random() * (LARGEST_SEED + 1));
    this.toolbar.setSeed(seed);
    await this.sow(seed);
  }

  /**
   * The latent that belongs to a seed; the server draws it, as everywhere else. A hand that has
   * moved on meanwhile is not pulled back.
   */
  async sow(seed) {
    this.hand.moves += 1;
    const { moves } = this.hand;
    try {
      const drawn = await this.drawn(seed);
      if (this.hand.moves === moves) this.hand.draw(drawn);
    } catch (error) {
      this.showFailure(error);
    }
  }

  /** One latent from the normal distribution: of a seed, or any. */
  async drawn(seed = Math.floor(Math.random() * (LARGEST_SEED + 1))) {
    const { latent_size: size, latents_url: url } = this.data;
    if (url === null) return normals(Math.random, size);
    const asked = { seed, count: 1, latent_size: size };
    return (await postJson(url ?? "studio/latents", asked)).latents[0];
  }

  shortcut(event) {
    const typing = ["number", "text", "textarea"].includes(event.target.type);
    if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    this.hand.travel(event.shiftKey ? "redo" : "undo");
    event.preventDefault();
  }

  showImage({ step, shape, images, pReal, labels, confidences }, latent) {
    paint(this.canvas, images[0], shape);
    this.painted += 1;
    this.waiting.hidden = true;
    setText(this.note, "");
    setText(this.step, fill(this.words.step, { step: whole(step) }));
    setText(this.where, this.source.isLocal ? this.words.here : "");
    const from = this.source.isLocal ? "browser" : "server";
    const worst = this.source.local?.worst ?? "";
    Object.assign(this.canvas.dataset, { painted: this.painted, step, from, worst, z0: latent[0] });
    if (!this.source.isLocal) {
      const first = (values) => values?.[0] ?? null;
      this.showJudged({ pReal: first(pReal), label: first(labels), confidence: first(confidences) });
    } else this.judge.consider(this.data.run, step, images[0]);
  }

  showJudged({ pReal, label, confidence }) {
    const thresholds = this.data.verdict_thresholds;
    this.badge.element.classList.remove("stale");
    const verdict = showVerdict(this.words, pReal, thresholds, this.frame, this.badge);
    this.label.show(label, confidence);
    this.canvas.dataset.verdict = verdict ?? "none";
  }

  showNeighbours(latents, answer) {
    const nameOf = (label) => this.label.nameOf(label);
    this.row.show(latents, answer, this.data.verdict_thresholds, nameOf);
  }

  showNotice(reason, detail) {
    this.notice.hidden = reason === null;
    this.notice.dataset.reason = reason ?? "";
    if (reason) setText(this.notice, this.words[`from_server_${reason}`] ?? this.words.from_server_error_weights);
    this.notice.title = detail ?? "";
  }

  showFailure(error) {
    if (!(error instanceof DecodeError)) throw error;
    setText(this.note, this.words[error.reason]);
    if (!this.painted) setText(this.waiting, this.words[error.reason]);
  }

  destroy() {
    this.queue.close();
    this.judge.moved();
    this.source.close();
    this.dock.close();
    this.reins.close();
    this.crisp.stop();
    this.root.remove();
  }
}

export default function explorer(component) {
  return mountOnce(component, (first) => new Explorer(first));
}
