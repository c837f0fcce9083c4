/** What can be taken along of the point under the hand: its address, its numbers, two lines of Python. */

import { el, fill, setText } from "./base.js";

const SAID_MS = 1600;

/** Copy a text; where the browser allows none (no secure address), show it to be copied by hand. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** `texts` are functions: address(), json(), python(); those that are missing have no button. */
export class ShareMenu {
  constructor(words, texts) {
    this.words = words;
    const summary = el("summary", { class: "button", text: words.share });
    this.shown = el("textarea", { class: "code", readonly: true, rows: 3, hidden: true });
    this.shown.setAttribute("aria-label", words.share);
    this.menu = el("div", { class: "menu" });
    for (const [name, text] of Object.entries(texts)) {
      if (text) this.menu.append(this.buildItem(words[`share_${name}`], text));
    }
    this.menu.append(this.shown);
    this.element = el("details", { class: "share" }, summary, this.menu);
    this.element.addEventListener("toggle", () => (this.shown.hidden = true));
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.element.open = false;
    });
    this.element.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.element.contains(event.relatedTarget)) this.element.open = false;
    });
  }

  buildItem(label, text) {
    const button = el("button", { type: "button", class: "menu-item", text: label });
    button.addEventListener("click", async () => {
      const value = text();
      this.shown.value = value;
      this.shown.hidden = false;
      this.shown.select();
      const copied = await copyText(value);
      setText(button, fill("{label} · {said}", { label, said: copied ? this.words.copied : this.words.copy_by_hand }));
      setTimeout(() => setText(button, label), SAID_MS);
    });
    return button;
  }
}
