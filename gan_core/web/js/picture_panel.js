/** My own picture: draw or choose one, and find the latent that comes nearest to it. */

import { appUrl, el, fill, setText } from "./base.js";
import { DecodeError } from "./decoder.js";
import { bytesFromBase64, paint } from "./pixels.js";
import { Sketch } from "./sketch.js";

const LOOK_MS = 400;
const MOST_PICTURE_BYTES = 10_000_000;

export class PicturePanel {
  constructor(hand, pins) {
    this.hand = hand;
    this.pins = pins;
    this.words = hand.words;
    this.sketch = new Sketch(this.words);
    this.build();
  }

  build() {
    const { words } = this;
    const button = (text, onclick) => el("button", { type: "button", class: "button", text, onclick });
    this.find = button(words.picture_find, () => this.sendSketch());
    const clear = button(words.picture_clear, () => this.sketch.clear());
    this.file = el("input", { type: "file", accept: "image/*", class: "file-input" });
    this.file.setAttribute("aria-label", words.picture_choose);
    this.file.addEventListener("change", () => this.sendFile());
    const choose = el("label", { class: "button" }, el("span", { text: words.picture_choose }), this.file);
    this.colour = el("input", { type: "color", value: "#ffffff", "aria-label": words.picture_colour });
    this.colour.addEventListener("input", () => (this.sketch.colour = this.colour.value));
    const bar = el("div", { class: "bar" }, this.find, clear, this.colour, choose);
    this.target = el("canvas", { role: "img", "aria-label": words.picture_target });
    this.found = el("canvas", { role: "img", "aria-label": words.picture_found });
    const named = (canvas, text) => el("figure", {}, canvas, el("figcaption", { text }));
    this.pair = el("div", { class: "picture-pair", hidden: true });
    this.pair.append(named(this.target, words.picture_target), named(this.found, words.picture_found));
    this.progress = el("progress", { max: 1, value: 0, "aria-label": words.picture_progress });
    this.stop = button(words.picture_stop, () => this.end());
    this.working = el("div", { class: "bar", hidden: true }, this.progress, this.stop);
    this.note = el("p", { class: "note", role: "status", text: words.picture_help });
    const right = el("div", { class: "picture-right" }, bar, this.pair, this.working, this.note);
    this.element = el("div", { class: "own-picture" }, this.sketch.canvas, right);
  }

  update(data) {
    this.colour.hidden = data.image_shape[2] === 1;
    this.sketch.canvas.classList.toggle("grey", data.image_shape[2] === 1);
  }

  async sendSketch() {
    if (this.sketch.empty) setText(this.note, this.words.picture_empty);
    else await this.send(await this.sketch.blob());
  }

  async sendFile() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    if (file.size > MOST_PICTURE_BYTES) setText(this.note, this.words.picture_large);
    else await this.send(file);
  }

  async send(blob) {
    const { run, step, picture_url: url } = this.hand.data();
    this.place = { run, step };
    this.find.disabled = true;
    setText(this.note, this.words.picture_sending);
    try {
      const query = new URLSearchParams({ run, step });
      this.take(await this.request(`${url}?${query}`, { method: "POST", body: blob }));
    } catch (error) {
      this.fail(error);
    }
  }

  async request(path, options) {
    const answer = await fetch(appUrl(path), options).catch(() => null);
    if (!answer) throw new DecodeError("error_offline");
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new DecodeError("error_decode"), { told: body.message });
    return body;
  }

  take(answer) {
    const { words } = this;
    if (answer.job) this.job = answer.job;
    this.show(answer);
    if (answer.state === "running" || answer.state === "waiting") {
      this.working.hidden = false;
      this.progress.value = answer.share ?? 0;
      const error = answer.error === null || answer.error === undefined ? "–" : answer.error.toFixed(3);
      setText(this.note, fill(words.picture_searching, { error }));
      this.timer = setTimeout(() => this.look(), LOOK_MS);
      return;
    }
    this.rest();
    if (answer.state === "failed") setText(this.note, fill(words.picture_failed, { reason: answer.reason ?? "" }));
    else if (answer.z) this.keep(answer);
    else setText(this.note, words.picture_help);
  }

  show({ target, image, shape }) {
    const size = shape ?? this.hand.data().image_shape;
    this.pair.hidden = !target;
    if (target) paint(this.target, bytesFromBase64(target), size);
    if (image) paint(this.found, bytesFromBase64(image), size);
  }

  /** The latent becomes a pinned point, and the hand goes there. */
  keep({ z, error }) {
    const { words } = this;
    this.pins.add(z, { name: words.picture_name, error });
    this.hand.go(z);
    setText(this.note, fill(words.picture_done, { error: error.toFixed(3) }));
  }

  async look() {
    try {
      this.take(await this.request(`studio/inversions/${this.job}`));
    } catch (error) {
      this.fail(error);
    }
  }

  async end() {
    clearTimeout(this.timer);
    this.stop.disabled = true;
    try {
      await this.request(`studio/inversions/${this.job}/stop`, { method: "POST" });
      this.timer = setTimeout(() => this.look(), LOOK_MS);
    } catch (error) {
      this.fail(error);
    }
  }

  rest() {
    clearTimeout(this.timer);
    this.job = null;
    this.working.hidden = true;
    this.find.disabled = false;
    this.stop.disabled = false;
  }

  fail(error) {
    this.rest();
    if (!(error instanceof DecodeError)) throw error;
    setText(this.note, error.told ?? this.words[error.reason]);
  }

  close() {
    clearTimeout(this.timer);
    const { job } = this;
    if (job) fetch(appUrl(`studio/inversions/${job}/stop`), { method: "POST", keepalive: true });
  }
}
