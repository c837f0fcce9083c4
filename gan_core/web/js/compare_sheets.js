/** The sheets of several runs at the same step, with one scrubber over all of them. */

import { appUrl, el, fill, newestWins, setText, whole } from "./base.js";
import { atOrBefore, union } from "./compare_axis.js";
import { icon } from "./icons.js";
import { keepCrisp } from "./pixels.js";
import { swatch } from "./swatch.js";

const KEPT_DRAWN_SHEETS = 48;

/** `tell({step})` is called when a step has been chosen; null follows the newest. */
export class CompareSheets {
  constructor(words, tell) {
    this.words = words;
    this.tell = tell;
    this.places = [];
    this.steps = [];
    this.following = true;
    this.dragging = false;
    this.build();
  }

  build() {
    this.grid = el("div", { class: "compare-sheets" });
    this.range = el("input", { type: "range", min: 0, max: 0, step: 1, disabled: true });
    this.range.setAttribute("aria-label", this.words.scrub);
    this.label = el("output", { class: "sheet-step" });
    this.newest = el("button", { type: "button", class: "button", title: this.words.newest_help });
    this.newest.append(el("span", { text: this.words.newest }), icon("newest"));
    const bar = el("div", { class: "bar" }, this.range, this.label, this.newest);
    this.note = el("p", { class: "note" });
    this.element = el("div", { class: "compare-part" }, this.grid, bar, this.note);
    this.range.addEventListener("input", () => this.scrub(Number(this.range.value)));
    this.range.addEventListener("pointerdown", () => (this.dragging = true));
    this.range.addEventListener("change", () => this.tell({ step: this.following ? null : this.wanted }));
    for (const end of ["pointerup", "pointercancel", "change", "blur"]) {
      this.range.addEventListener(end, () => this.endDrag());
    }
    this.newest.addEventListener("click", () => {
      this.following = true;
      this.take();
      this.tell({ step: null });
    });
  }

  update(runs, data, view) {
    if (!this.begun) {
      this.begun = true;
      this.following = view.step === null;
      this.wanted = view.step;
    }
    while (this.places.length > runs.length) this.places.pop().destroy();
    while (this.places.length < runs.length) {
      const place = new SheetPlace(this.words);
      this.places.push(place);
      this.grid.append(place.element);
    }
    this.grid.dataset.count = String(runs.length);
    this.arrived = runs.map((run) => run.live.lists[data.sheets_from]?.[0] ?? []);
    this.places.forEach((place, i) => place.update(runs[i], this.arrived[i]));
    setText(this.note, data.about_latents);
    if (!this.dragging) this.take();
  }

  /** Make the arrived steps the scrubber's, keeping the wanted one under the thumb. */
  take() {
    this.steps = union(this.arrived);
    const last = Math.max(this.steps.length - 1, 0);
    this.range.max = String(last);
    this.range.disabled = this.steps.length < 2;
    if (this.following) this.wanted = this.steps[last] ?? null;
    const known = atOrBefore(this.steps, this.wanted ?? 0);
    this.range.value = String(Math.max(this.steps.indexOf(known), 0));
    this.mark();
  }

  endDrag() {
    if (!this.dragging) return;
    this.dragging = false;
    this.take();
  }

  scrub(index) {
    this.wanted = this.steps[index];
    this.following = index === this.steps.length - 1;
    this.mark();
  }

  mark() {
    const known = this.steps.length > 0;
    const text = known ? fill(this.words.step, { step: whole(this.wanted) }) : "";
    setText(this.label, text);
    this.range.setAttribute("aria-valuetext", text);
    this.newest.setAttribute("aria-pressed", String(this.following));
    for (const place of this.places) place.show(known ? this.wanted : null);
  }

  destroy() {
    for (const place of this.places) place.destroy();
  }
}

/** One run's sheet: its name, its nearest step at or before the wanted one, its picture. */
class SheetPlace {
  constructor(words) {
    this.words = words;
    this.images = new Map();
    this.load = newestWins((step) => this.fetch(step));
    this.sample = el("span", { class: "compare-sample" });
    this.title = el("span", { class: "compare-title" });
    this.at = el("span", { class: "compare-at" });
    this.empty = el("p", { class: "sheet-empty" });
    this.box = el("div", { class: "sheet-box" }, this.empty);
    const head = el("figcaption", {}, this.sample, this.title, this.at);
    this.element = el("figure", { class: "compare-sheet" }, head, this.box);
    this.crisp = keepCrisp(this.box, () => this.picture, () => this.picture?.naturalWidth);
  }

  update(run, steps) {
    if (run.sheet_url !== this.run?.sheet_url) {
      this.images.clear();
      this.picture?.remove();
      [this.picture, this.shown, this.asked] = [null, null, null];
    }
    this.run = run;
    this.steps = steps;
    this.box.classList.toggle("invert", run.invert);
    setText(this.title, run.title);
    this.title.title = run.title;
    this.sample.replaceChildren(swatch(run.letter, run.color, run.dash));
  }

  show(wanted) {
    this.wanted = wanted;
    const step = wanted === null ? undefined : atOrBefore(this.steps, wanted);
    if (step === undefined) {
      this.picture?.remove();
      [this.picture, this.shown, this.asked] = [null, null, null];
      const words = this.run.live.gone ? this.words.gone : this.words.no_sheet_before;
      setText(this.empty, words);
      setText(this.at, "");
    } else if (step !== this.asked) {
      this.asked = step;
      this.load(step);
    } else this.say();
    this.empty.hidden = Boolean(this.picture);
  }

  async fetch(step) {
    const url = appUrl(fill(this.run.sheet_url, { step }));
    let image = this.images.get(url);
    try {
      if (!image) {
        image = el("img", { class: "sheet-image", draggable: "false", src: url });
        await image.decode();
        this.images.set(url, image);
        if (this.images.size > KEPT_DRAWN_SHEETS) this.images.delete(this.images.keys().next().value);
      }
    } catch {
      if (step === this.asked) this.fail(step);
      return;
    }
    if (step === this.asked && url === appUrl(fill(this.run.sheet_url, { step }))) this.put(image, step);
  }

  put(image, step) {
    this.picture?.remove();
    this.picture = image;
    this.shown = step;
    this.box.prepend(image);
    this.box.dataset.step = String(step);
    this.crisp.fit();
    this.empty.hidden = true;
    this.say();
  }

  fail(step) {
    this.picture?.remove();
    this.picture = null;
    setText(this.empty, fill(this.words.sheet_missing, { step: whole(step) }));
    this.empty.hidden = false;
  }

  /** Which step is on show, and whether it is the wanted one. */
  say() {
    if (this.shown === null || this.shown === undefined) return;
    const words = this.shown === this.wanted ? this.words.step : this.words.step_before;
    setText(this.at, fill(words, { step: whole(this.shown) }));
    this.picture.alt = fill(this.words.sheet_alt, { name: this.run.title, step: whole(this.shown) });
  }

  destroy() {
    this.crisp.stop();
    this.element.remove();
  }
}
