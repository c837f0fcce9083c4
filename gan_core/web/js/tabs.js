/** A segmented control: one of several panels is shown. */

import { el } from "./base.js";

/** `panels` is a list of {name, text, element}; the first is shown. `onChoose(name)` afterwards. */
export class Tabs {
  constructor(label, panels, onChoose = () => {}) {
    this.panels = panels;
    this.onChoose = onChoose;
    this.element = el("div", { class: "segments", role: "tablist", "aria-label": label });
    for (const panel of panels) {
      panel.button = el("button", { type: "button", class: "segment", role: "tab", text: panel.text });
      panel.button.addEventListener("click", () => this.choose(panel.name));
      panel.button.addEventListener("keydown", (event) => this.arrow(event));
      panel.element.setAttribute("role", "tabpanel");
      this.element.append(panel.button);
    }
    this.choose(panels[0].name);
  }

  choose(name) {
    if (!this.panels.some((panel) => panel.name === name)) return;
    this.chosen = name;
    for (const panel of this.panels) {
      const chosen = panel.name === name;
      panel.button.setAttribute("aria-selected", String(chosen));
      panel.button.tabIndex = chosen ? 0 : -1;
      panel.element.hidden = !chosen;
    }
    this.onChoose(name);
  }

  arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const now = this.panels.findIndex((panel) => panel.button === event.currentTarget);
    const next = this.panels[(now + step + this.panels.length) % this.panels.length];
    this.choose(next.name);
    next.button.focus();
    event.preventDefault();
  }
}
