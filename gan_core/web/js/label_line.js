/** What a classifier takes the image for; where there is none yet, a button that trains one. */

import { el, fill, setText } from "./base.js";

/** "looks like 7 (98 %)"; `onTrain()` when somebody wants a classifier. */
export class LabelLine {
  constructor(words, onTrain) {
    this.words = words;
    this.looks = el("span", { class: "looks", role: "status" });
    this.about = el("span", { class: "about" });
    this.train = el("button", { type: "button", class: "button small trains", text: words.train });
    this.train.title = words.train_help;
    this.train.addEventListener("click", () => {
      this.train.disabled = true;
      onTrain();
    });
    this.element = el("p", { class: "label-line" }, this.looks, this.about, this.train);
  }

  /** How things stand: {state, share, accuracy, num_test, reason, class_names}, or nothing. */
  setStanding(standing) {
    const state = standing?.state ?? "unsuited";
    this.element.hidden = state === "unsuited";
    this.element.dataset.state = state;
    this.names = standing?.class_names ?? [];
    this.train.hidden = !["none", "failed"].includes(state);
    if (!this.train.hidden) this.train.disabled = false;
    if (state !== "ready") setText(this.looks, "");
    setText(this.about, this.aboutWords(state, standing));
    this.element.title = state === "ready" ? this.words.label_title : "";
  }

  aboutWords(state, standing) {
    if (state === "failed") return fill(this.words.train_failed, { reason: standing.reason });
    const percent = String(Math.round((standing?.share ?? 0) * 100));
    if (state === "training") return fill(this.words.training, { percent });
    if (state !== "ready") return "";
    const right = (standing.accuracy * 100).toFixed(1);
    return fill(this.words.accuracy, { percent: right, n: standing.num_test });
  }

  /** The name of a class; empty where nothing is known. */
  nameOf(label) {
    return label === null || label === undefined ? "" : (this.names[label] ?? String(label));
  }

  show(label, confidence) {
    const name = this.nameOf(label);
    const percent = String(Math.round((confidence ?? 0) * 100));
    setText(this.looks, name === "" ? "" : fill(this.words.looks_like, { name, percent }));
  }
}
