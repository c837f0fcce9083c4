/** Is it memorised? The training images that come nearest to the image under the hand. */

import { el, fill, setText } from "./base.js";
import { postJson } from "./decoder.js";
import { bytesFromBase64, paint } from "./pixels.js";

const AGAIN_MS = 1000;

export class NearestPanel {
  constructor(hand) {
    this.hand = hand;
    this.words = hand.words;
    const { words } = this;
    this.find = el("button", { type: "button", class: "button", text: words.nearest_find });
    this.find.addEventListener("click", () => this.ask());
    this.note = el("p", { class: "note", role: "status", text: words.nearest_help });
    this.row = el("div", { class: "nearest-row", role: "group", "aria-label": words.tool_nearest });
    this.element = el("div", { class: "nearest" }, this.find, this.row, this.note);
  }

  /** The pictures belong to another latent now. */
  moved() {
    this.asking?.abort();
    clearTimeout(this.timer);
    this.row.classList.add("stale");
    this.find.disabled = false;
  }

  hidden() {
    this.asking?.abort();
    clearTimeout(this.timer);
    this.find.disabled = false;
  }

  async ask() {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.find.disabled = true;
    const { run, step, nearest_url: url } = this.hand.data();
    try {
      const answer = await postJson(url, { run, step, latent: this.hand.z() }, asking.signal);
      this.take(answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.find.disabled = false;
      setText(this.note, this.words[error.reason]);
    }
  }

  take(answer) {
    const { words } = this;
    if (answer.state === "building" || answer.state === "none") {
      const percent = String(Math.round((answer.share ?? 0) * 100));
      setText(this.note, fill(words.nearest_building, { percent }));
      this.timer = setTimeout(() => this.ask(), AGAIN_MS);
      return;
    }
    this.find.disabled = false;
    if (answer.state === "failed") {
      setText(this.note, fill(words.nearest_failed, { reason: answer.reason }));
      return;
    }
    this.row.classList.remove("stale");
    this.row.replaceChildren(...answer.images.map((text, i) => this.cell(answer, text, i)));
    setText(this.note, this.meaning(answer));
  }

  cell(answer, text, index) {
    const canvas = el("canvas", { role: "img" });
    const distance = answer.distances[index].toFixed(3);
    canvas.setAttribute("aria-label", fill(this.words.nearest_cell, { index: index + 1, distance }));
    paint(canvas, bytesFromBase64(text), answer.shape);
    const name = this.hand.data().classifier?.class_names?.[answer.labels?.[index]];
    const caption = el("small", { class: "value", text: name ? `${name} · ${distance}` : distance });
    return el("figure", { class: "nearest-cell" }, canvas, caption);
  }

  /** What the nearest distance says, beside what real images have that were never trained on. */
  meaning({ measure, distances, typical, closer_than_share: share }) {
    const { words } = this;
    const values = {
      distance: distances[0].toFixed(3),
      typical: typical.toFixed(3),
      percent: String(Math.round(share * 100)),
      measure: words[`nearest_by_${measure}`],
    };
    return fill(words.nearest_meaning, values);
  }
}
