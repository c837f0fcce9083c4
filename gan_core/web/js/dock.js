/** Below the picture: the pinned points, and the tools that work with them. */

import { Arithmetic } from "./arithmetic.js";
import { el } from "./base.js";
import { FilmStrip } from "./film.js";
import { NearestPanel } from "./nearest_panel.js";
import { PicturePanel } from "./picture_panel.js";
import { PinsRow } from "./pins_row.js";
import { Tabs } from "./tabs.js";
import { WalkPanel } from "./walk_panel.js";

/** Tools that need a server are left out where there is none: data names their addresses. */
export class Dock {
  constructor(words, data, panels, pins) {
    this.pinsRow = new PinsRow(panels, pins);
    this.walk = new WalkPanel(panels, pins);
    this.tools = [
      { name: "walk", text: words.tool_walk, panel: this.walk },
      { name: "arithmetic", text: words.tool_arithmetic, panel: new Arithmetic(panels, pins) },
    ];
    if (data.steps_url) {
      this.tools.push({ name: "film", text: words.tool_film, panel: new FilmStrip(panels) });
    }
    if (data.nearest_url) {
      this.tools.push({ name: "nearest", text: words.tool_nearest, panel: new NearestPanel(panels) });
    }
    if (data.picture_url) {
      this.tools.push({ name: "picture", text: words.tool_picture, panel: new PicturePanel(panels, pins) });
    }
    for (const tool of this.tools) tool.element = tool.panel.element;
    this.tabs = new Tabs(words.tools, this.tools, (name) => this.chosen(name));
    const boxes = this.tools.map(({ element }) => element);
    this.element = el("div", { class: "tools" }, this.tabs.element, ...boxes);
  }

  choose(name) {
    this.tabs.choose(name);
  }

  chosen(name) {
    for (const tool of this.tools) {
      if (tool.name === name) tool.panel.shown?.();
      else tool.panel.hidden?.();
    }
  }

  openWalk(walk) {
    this.tabs.choose("walk");
    this.walk.open?.(walk);
  }

  get panels() {
    return [this.pinsRow, ...this.tools.map(({ panel }) => panel)];
  }

  update(data) {
    for (const panel of this.panels) panel.update?.(data);
  }

  moved(z, resting) {
    for (const panel of this.panels) panel.moved?.(z, resting);
  }

  close() {
    for (const panel of this.panels) panel.close?.();
  }
}
