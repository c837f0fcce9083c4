/** One latent through the whole training: the same z at every snapshot, as a strip to play. */

import { appUrl, el, fill, setText, whole } from "./base.js";
import { createServerDecoder } from "./decoder.js";
import { setIcon } from "./icons.js";
import { paint } from "./pixels.js";
import { prefersStillness } from "./theme.js";

const FILM_FRAME_MS = 250;
const FILM_REST_MS = 350;

/** Asks the server, which has all snapshots; only while its panel is shown and the hand rests. */
export class FilmStrip {
  constructor(hand) {
    this.hand = hand;
    this.words = hand.words;
    this.cells = [];
    this.at = 0;
    this.visible = false;
    this.build();
  }

  build() {
    const { words } = this;
    this.large = el("canvas", { class: "film-large", role: "img", "aria-label": words.film_large });
    this.strip = el("div", { class: "film-strip", role: "group", "aria-label": words.film });
    this.toggle = el("button", { type: "button", class: "button" });
    this.toggle.addEventListener("click", () => this.play(!this.playing));
    this.range = el("input", { type: "range", min: 0, max: 0, step: 1, "aria-label": words.film_scrub });
    this.range.addEventListener("input", () => {
      this.play(false);
      this.show(Number(this.range.value));
    });
    this.place = el("span", { class: "value film-step" });
    this.note = el("p", { class: "note", role: "status", text: words.film_help });
    const bar = el("div", { class: "bar" }, this.toggle, this.range, this.place);
    const right = el("div", { class: "film-right" }, this.strip, bar, this.note);
    this.element = el("div", { class: "film" }, this.large, right);
    this.play(false);
  }

  shown() {
    this.visible = true;
    this.refresh();
  }

  hidden() {
    this.visible = false;
    this.play(false);
    this.making?.abort();
  }

  update() {
    if (this.visible) this.refresh();
  }

  moved() {
    if (!this.visible) return;
    this.making?.abort();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), FILM_REST_MS);
  }

  /** Make the images that are not there yet for this latent. */
  async refresh() {
    clearTimeout(this.timer);
    this.making?.abort();
    const making = new AbortController();
    this.making = making;
    const data = this.hand.data();
    const z = this.hand.z();
    try {
      const answer = await fetch(appUrl(data.steps_url), { signal: making.signal });
      const { steps } = await answer.json();
      this.setSteps(steps, `${data.run} ${z}`);
      for (let i = 0; i < this.cells.length; i += 1) {
        if (!this.cells[i].image) await this.make(i, z, data, making.signal);
      }
      const done = steps.length === 1 ? this.words.film_one : this.words.film_done;
      setText(this.note, fill(done, { n: steps.length }));
    } catch (error) {
      if (error.name !== "AbortError") setText(this.note, this.words[error.reason] ?? this.words.error_offline);
    }
  }

  async make(index, z, data, signal) {
    const cell = this.cells[index];
    const decode = createServerDecoder(data.decode_url, { run: data.run, step: cell.step });
    const { shape, images } = await decode([z], signal);
    signal.throwIfAborted();
    Object.assign(cell, { image: images[0], shape });
    paint(cell.canvas, cell.image, shape);
    cell.button.classList.remove("waiting-cell");
    if (index === this.at || !this.large.dataset.step) this.show(index);
    setText(this.note, fill(this.words.film_making, { done: index + 1, n: this.cells.length }));
  }

  /** Have a cell for each step; what was made for this very latent stays. */
  setSteps(steps, key) {
    const known = new Map(key === this.key ? this.cells.map((cell) => [cell.step, cell]) : []);
    if (key !== this.key) delete this.large.dataset.step;
    this.key = key;
    const wasLast = this.at >= this.cells.length - 1;
    this.cells = steps.map((step) => known.get(step) ?? this.buildCell(step));
    this.strip.replaceChildren(...this.cells.map(({ button }) => button));
    this.cells.forEach((cell, i) => (cell.button.onclick = () => this.pick(i)));
    this.range.max = String(Math.max(steps.length - 1, 0));
    if (wasLast || this.at >= steps.length) this.at = Math.max(steps.length - 1, 0);
  }

  buildCell(step) {
    const canvas = el("canvas", { width: 1, height: 1 });
    const button = el("button", { type: "button", class: "film-cell waiting-cell" }, canvas);
    button.append(el("small", { class: "value", text: whole(step) }));
    button.setAttribute("aria-label", fill(this.words.step, { step: whole(step) }));
    return { step, canvas, button, image: null };
  }

  pick(index) {
    this.play(false);
    this.show(index);
  }

  show(index) {
    const cell = this.cells[index];
    if (!cell) return;
    this.at = index;
    this.range.value = String(index);
    const text = fill(this.words.step, { step: whole(cell.step) });
    this.range.setAttribute("aria-valuetext", text);
    setText(this.place, text);
    this.cells.forEach(({ button }, i) => button.setAttribute("aria-current", String(i === index)));
    if (cell.image) {
      paint(this.large, cell.image, cell.shape);
      this.large.dataset.step = String(cell.step);
    }
  }

  play(playing) {
    this.playing = playing;
    const text = playing ? this.words.film_pause : this.words.film_play;
    setIcon(this.toggle, playing ? "pause" : "play");
    this.toggle.title = text;
    this.toggle.setAttribute("aria-label", text);
    clearInterval(this.clock);
    if (!playing) return;
    const slower = prefersStillness() ? 4 : 1;
    this.show(this.at >= this.cells.length - 1 ? 0 : this.at);
    this.clock = setInterval(() => {
      if (this.at >= this.cells.length - 1) this.play(false);
      else this.show(this.at + 1);
    }, FILM_FRAME_MS * slower);
  }

  close() {
    this.hidden();
    clearTimeout(this.timer);
  }
}
