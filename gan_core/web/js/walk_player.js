/** Plays a walk through latent space, frame by frame. */

import { el, fill, mountOnce, setText } from "./base.js";
import { setIcon } from "./icons.js";
import { BORDER_PIXELS, bytesFromBase64, keepCrisp, paint } from "./pixels.js";
import { prefersStillness } from "./theme.js";
import { createBadge, showVerdict } from "./verdict.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4];
const THRESHOLDS = [0.4, 0.6];

class WalkPlayer {
  constructor({ parentElement, data }) {
    this.words = data.words;
    this.frameIndex = 0;
    this.speed = 1;
    this.playing = false;
    this.build(parentElement);
  }

  build(parent) {
    this.canvas = el("canvas", { class: "picture", role: "img", "aria-label": this.words.picture });
    this.frame = el("div", { class: "framed" }, this.canvas);
    const stage = el("div", { class: "stage" }, this.frame);
    this.badge = createBadge();
    this.place = el("span", { class: "at-step value" });
    const caption = el("div", { class: "caption" }, this.badge.element, this.place);
    this.root = el("section", { class: "studio player", "aria-label": this.words.player });
    this.root.append(stage, caption, this.buildBar());
    this.crisp = keepCrisp(stage, () => this.canvas, () => this.canvas.width, BORDER_PIXELS);
    parent.append(this.root);
  }

  buildBar() {
    this.toggle = el("button", { type: "button", class: "button" });
    this.toggle.addEventListener("click", () => this.play(!this.playing));
    this.range = el("input", { type: "range", min: 0, step: 1, "aria-label": this.words.scrub });
    this.range.addEventListener("input", () => {
      this.play(false);
      this.show(Number(this.range.value));
    });
    this.speeds = el("select", { "aria-label": this.words.speed, title: this.words.speed });
    for (const speed of SPEEDS) {
      this.speeds.append(el("option", { value: speed, selected: speed === 1, text: `${speed}×` }));
    }
    this.speeds.addEventListener("change", () => (this.speed = Number(this.speeds.value)));
    this.loop = el("input", { type: "checkbox", checked: true });
    const loop = el("label", {}, this.loop, el("span", { text: this.words.loop }));
    this.play(false);
    return el("div", { class: "bar" }, this.toggle, this.range, this.speeds, loop);
  }

  update({ data }) {
    const fresh = data.frames_b64 !== this.data?.frames_b64;
    this.data = data;
    this.root.classList.toggle("invert", Boolean(data.invert));
    this.root.classList.toggle("present", Boolean(data.present));
    if (fresh) this.load();
    else this.show(this.frameIndex);
  }

  /** Take new frames; they play at once unless the viewer asked for less motion. */
  load() {
    const { num_frames: count, frames_b64: text } = this.data;
    this.bytes = bytesFromBase64(text);
    this.range.max = String(Math.max(count - 1, 0));
    this.show(0);
    this.crisp.fit();
    this.play(count > 1 && !prefersStillness());
  }

  show(index) {
    const { shape, num_frames: count, p_real: chances } = this.data;
    const size = shape[0] * shape[1] * shape[2];
    this.frameIndex = index;
    paint(this.canvas, this.bytes.subarray(index * size, (index + 1) * size), shape);
    showVerdict(this.words, chances?.[index], this.data.verdict_thresholds ?? THRESHOLDS, this.frame, this.badge);
    const text = fill(this.words.frame, { index: index + 1, count });
    setText(this.place, text);
    if (Number(this.range.value) !== index) this.range.value = String(index);
    this.range.setAttribute("aria-valuetext", text);
    this.canvas.dataset.frame = String(index);
  }

  play(playing) {
    this.playing = playing;
    const text = playing ? this.words.pause : this.words.play;
    setIcon(this.toggle, playing ? "pause" : "play");
    this.toggle.title = text;
    this.toggle.setAttribute("aria-label", text);
    cancelAnimationFrame(this.timer);
    if (!playing) return;
    const last = this.data.num_frames - 1;
    if (this.frameIndex === last && !this.loop.checked) this.show(0);
    this.shownAt = performance.now();
    this.timer = requestAnimationFrame((now) => this.tick(now));
  }

  /** Show the frame that is due; a slow browser leaves frames out rather than slow down. */
  tick(now) {
    const due = Math.floor(((now - this.shownAt) * this.data.fps * this.speed) / 1000);
    if (due > 0) {
      this.shownAt += (due * 1000) / (this.data.fps * this.speed);
      const next = this.frameIndex + due;
      const count = this.data.num_frames;
      if (next >= count && !this.loop.checked) {
        this.show(count - 1);
        this.play(false);
        return;
      }
      this.show(next % count);
    }
    this.timer = requestAnimationFrame((later) => this.tick(later));
  }

  destroy() {
    cancelAnimationFrame(this.timer);
    this.crisp.stop();
    this.root.remove();
  }
}

export default function walkPlayer(component) {
  return mountOnce(component, (first) => new WalkPlayer(first));
}
