/** The sample sheet with a scrubber over all earlier ones. */

import { appUrl, el, fill, newestWins, setText, whole } from "./base.js";
import { icon } from "./icons.js";
import { keepCrisp } from "./pixels.js";
import { SheetVerdicts } from "./sheet_verdicts.js";

const KEPT_SHEETS = 64;

/**
 * Sheets are fetched when asked for; the one on show stays until the next is decoded. While
 * following, the newest one is shown as it comes; a scrub ends that, "newest" begins it again.
 * Sheets that arrive during a drag wait for its end, else the thumb would slip under the finger.
 */
export class SheetView {
  constructor(words) {
    this.words = words;
    this.steps = [];
    this.images = new Map();
    this.following = true;
    this.dragging = false;
    this.show = newestWins((step) => this.load(step));
    this.build();
  }

  build() {
    this.empty = el("p", { class: "sheet-empty", text: this.words.no_sheet });
    this.verdicts = new SheetVerdicts(this.words);
    this.frame = el("div", { class: "sheet-frame", hidden: true }, this.verdicts.element);
    this.box = el("div", { class: "sheet-box" }, this.empty, this.frame);
    this.range = el("input", { type: "range", min: 0, max: 0, step: 1, disabled: true });
    this.range.setAttribute("aria-label", this.words.scrub);
    this.label = el("output", { class: "sheet-step" });
    this.newest = el("button", { type: "button", class: "button", title: this.words.newest_help });
    this.newest.append(el("span", { text: this.words.newest }), icon("newest"));
    this.best = el("button", { type: "button", class: "button", hidden: true });
    this.best.title = this.words.best_help;
    this.best.append(el("span", { text: this.words.best }));
    const bar = el("div", { class: "bar" }, this.range, this.label, this.best, this.newest);
    this.judged = el("input", { type: "checkbox", checked: true });
    this.judged.addEventListener("change", () => this.markVerdicts());
    const judged = el("label", {}, this.judged, el("span", { text: this.words.verdicts }));
    this.note = el("p", { class: "note", role: "status" });
    this.below = el("div", { class: "bar below" }, judged, this.note);
    this.element = el("div", { class: "sheet" }, this.box, bar, this.below);
    this.crisp = keepCrisp(this.box, () => this.picture, () => this.picture?.naturalWidth);
    this.range.addEventListener("input", () => this.scrub(Number(this.range.value)));
    this.range.addEventListener("pointerdown", () => (this.dragging = true));
    for (const end of ["pointerup", "pointercancel", "change", "blur"]) {
      this.range.addEventListener(end, () => this.endDrag());
    }
    this.newest.addEventListener("click", () => this.follow());
    this.best.addEventListener("click", () => this.scrub(this.steps.indexOf(this.bestStep)));
  }

  update({ run, sheet_url, sheet_steps, best_step, invert, verdict_url, verdict_thresholds }) {
    this.bestStep = best_step;
    [this.verdictUrl, this.thresholds] = [verdict_url, verdict_thresholds];
    this.below.hidden = !verdict_url;
    if (run !== this.run || sheet_url !== this.url) {
      this.images.clear();
      this.verdicts.forget();
      this.frame.hidden = true;
      this.following = true;
      this.shown = null;
      this.picture?.remove();
      this.picture = null;
    }
    [this.run, this.url] = [run, sheet_url];
    this.box.classList.toggle("invert", Boolean(invert));
    this.arrived = sheet_steps;
    if (!this.dragging) this.take();
  }

  /** Make the arrived steps the scrubber's, keeping the step on show under the thumb. */
  take() {
    const same =
      this.steps.length === this.arrived.length && this.steps.at(-1) === this.arrived.at(-1);
    this.steps = this.arrived;
    const last = Math.max(this.steps.length - 1, 0);
    if (!same) this.range.max = String(last);
    this.range.disabled = this.steps.length < 2;
    if (!this.steps.length) return this.mark();
    if (this.following) this.wanted = this.steps[last];
    const index = this.steps.indexOf(this.wanted);
    this.range.value = String(index < 0 ? last : index);
    if (this.shown !== this.wanted) this.show(this.wanted);
    return this.mark();
  }

  endDrag() {
    if (!this.dragging) return;
    this.dragging = false;
    this.take();
  }

  scrub(index) {
    this.range.value = String(index);
    this.wanted = this.steps[index];
    this.following = index === this.steps.length - 1;
    this.mark();
    this.show(this.wanted);
  }

  follow() {
    this.following = true;
    this.take();
  }

  /** Say which step is asked for and whether the view follows. */
  mark() {
    const text = this.steps.length ? fill(this.words.step, { step: whole(this.wanted) }) : "";
    setText(this.label, text);
    this.range.setAttribute("aria-valuetext", text);
    this.newest.setAttribute("aria-pressed", String(this.following));
    this.best.hidden = !this.steps.includes(this.bestStep);
    this.best.setAttribute("aria-pressed", String(!this.following && this.wanted === this.bestStep));
    this.empty.hidden = Boolean(this.picture);
  }

  address(step) {
    return appUrl(fill(this.url, { step }));
  }

  /** An image, decoded; kept for the next time, the oldest ones forgotten. */
  async fetch(step) {
    const known = this.images.get(step);
    if (known) return known;
    const image = el("img", { class: "sheet-image", draggable: "false" });
    image.src = this.address(step);
    await image.decode();
    this.images.set(step, image);
    if (this.images.size > KEPT_SHEETS) this.images.delete(this.images.keys().next().value);
    return image;
  }

  async load(step) {
    const run = this.run;
    let image;
    try {
      image = await this.fetch(step);
    } catch {
      setText(this.note, fill(this.words.sheet_missing, { step: whole(step) }));
      return;
    }
    if (run !== this.run) return;
    this.put(image, step);
    this.markVerdicts();
    if (step === this.wanted) this.prefetch(step);
  }

  put(image, step) {
    image.alt = fill(this.words.sheet_alt, { step: whole(step) });
    if (this.picture) this.picture.replaceWith(image);
    else this.frame.prepend(image);
    this.frame.hidden = false;
    this.picture = image;
    this.shown = step;
    this.box.dataset.step = step;
    this.crisp.fit();
    this.empty.hidden = true;
  }

  /** D's verdict on the sheet on show, if it is wanted and there is one; never holds a sheet up. */
  async markVerdicts() {
    const [run, step] = [this.run, this.shown];
    if (this.marked !== step) this.verdicts.clear();
    this.marked = step;
    const wanted = this.judged.checked && this.verdictUrl && step !== null && step !== undefined;
    const about = wanted ? await this.verdicts.fetch(fill(this.verdictUrl, { step })) : null;
    if (run !== this.run || step !== this.shown) return;
    setText(this.note, this.verdicts.show(about, this.thresholds));
  }

  /** The sheets beside this one, so that the next nudge of the thumb shows at once. */
  prefetch(step) {
    const index = this.steps.indexOf(step);
    for (const offset of [-1, 1, -2, 2]) {
      const near = this.steps[index + offset];
      // A sheet that cannot be fetched early is asked for again when it is wanted.
      if (near !== undefined) this.fetch(near).catch(() => undefined);
    }
  }

  destroy() {
    this.crisp.stop();
  }
}
