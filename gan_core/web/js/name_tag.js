/** A name that can be changed where it stands. */

import { el, fill, setText } from "./base.js";

const LONGEST = 40;

/** A button with the name; pressed, it becomes a box. `onName(text)`, empty for the usual name. */
export function createNameTag(words, onName) {
  const button = el("button", { type: "button", class: "name-tag" });
  const element = el("span", { class: "name-place" }, button);
  const tag = { element, button, usual: "" };
  const edit = () => {
    const box = el("input", { type: "text", class: "name-box", maxlength: LONGEST });
    box.value = button.textContent === tag.usual ? "" : button.textContent;
    box.placeholder = tag.usual;
    box.setAttribute("aria-label", fill(words.name_of, { name: tag.usual }));
    let done = false;
    const finish = (keep) => {
      if (done) return;
      done = true;
      const text = box.value.trim();
      box.remove();
      button.hidden = false;
      button.focus({ preventScroll: true });
      if (!keep) return;
      setText(button, text || tag.usual);
      onName(text);
    };
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
    box.addEventListener("blur", () => finish(true));
    button.hidden = true;
    element.append(box);
    box.focus({ preventScroll: true });
  };
  button.addEventListener("click", edit);
  button.title = words.rename_help;
  return tag;
}

/** Show a name; `usual` is what stands there when nobody has given one. */
export function showName(tag, name, usual) {
  tag.usual = usual;
  setText(tag.button, name || usual);
}
