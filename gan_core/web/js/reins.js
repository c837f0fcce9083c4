/** What moves the latent: sliders over dimensions, found directions and concepts, and the pad. */

import { el } from "./base.js";
import { Concepts } from "./concepts.js";
import { DirectionRows } from "./direction_rows.js";
import { Pad } from "./pad.js";
import { Sliders } from "./sliders.js";
import { Tabs } from "./tabs.js";
import { fetchInTurn } from "./turn.js";

const FOUND = { principal: "principal", "first-layer": "first_layer" };

/** `events.onAct(action)` asks Python for something. */
export class Reins {
  constructor(words, hand, panels, pins, events) {
    this.words = words;
    this.hand = hand;
    this.events = events;
    this.found = { principal: [], "first-layer": [] };
    this.concepts = [];
    this.names = {};
    this.sliders = new Sliders(words, {
      onInput: (dimension, value) => hand.set(dimension, value),
      onChange: () => hand.rest(),
      onLock: (dimension, locked) => hand.lock(dimension, locked),
      onName: (dimension, text) => this.rename(`dimension:${dimension}`, text),
    });
    this.rows = {
      principal: this.buildRows(words.principal, words.principal_about, words.principal_name),
      "first-layer": this.buildRows(words.first_layer, words.first_layer_about, words.first_layer_name),
    };
    this.conceptRows = new Concepts(words, {
      onInput: (id, strength) => this.bend(id, strength),
      onChange: () => hand.rest(),
      onNew: () => events.onAct({ kind: "new-concept" }),
      onRemove: (id) => events.onAct({ kind: "remove-concept", id }),
    });
    this.pad = new Pad(panels, pins);
    this.build();
  }

  buildRows(label, about, usual) {
    const { hand } = this;
    return new DirectionRows(this.words, label, about, usual, {
      onInput: (vector, place) => hand.moveTo(vector, place),
      onChange: () => hand.rest(),
      onHold: (id, vector) => hand.hold(id, vector),
      onName: (id, text) => this.rename(id, text),
    });
  }

  build() {
    const { words } = this;
    const panels = [
      { name: "dimensions", text: words.dimensions, element: this.sliders.element },
      { name: "principal", text: words.principal, element: this.rows.principal.element },
      { name: "first-layer", text: words.first_layer, element: this.rows["first-layer"].element },
      { name: "concepts", text: words.concepts, element: this.conceptRows.element },
      { name: "pad", text: words.pad, element: this.pad.element },
    ];
    this.tabs = new Tabs(words.directions, panels, (name) => this.chosen(name));
    this.element = el("div", { class: "reins-box" }, this.tabs.element);
    this.element.append(...panels.map((panel) => panel.element));
  }

  choose(name) {
    this.tabs.choose(name);
  }

  chosen(name) {
    if (name === "pad") this.pad.shown?.();
    else this.pad.hidden?.();
    if (this.data && name !== "dimensions") this.find();
  }

  setSigma(sigma) {
    this.sigma = sigma;
    this.draw();
  }

  /** New data, or another snapshot of the run. */
  update(data, step) {
    const moved = step !== this.step || data.run !== this.data?.run;
    this.data = data;
    this.step = step;
    this.sigma ??= data.sigma;
    this.names = { ...data.names, ...this.own };
    this.concepts = data.directions ?? [];
    if (data.found) this.take(data.found, step);
    else if (moved && this.tabs.chosen !== "dimensions") this.find();
    this.draw();
    this.pad.update?.(data);
  }

  draw() {
    const { data, sigma } = this;
    const dimensions = {};
    for (const [key, name] of Object.entries(this.names)) {
      if (key.startsWith("dimension:")) dimensions[key.slice("dimension:".length)] = name;
    }
    this.sliders.setShape(Math.min(data.num_sliders, data.latent_size), sigma, dimensions);
    for (const [kind, rows] of Object.entries(this.rows)) {
      if (this.found[kind].length) rows.setDirections(this.found[kind], sigma, this.names);
    }
    this.conceptRows.setDirections(this.concepts);
    this.show();
  }

  show() {
    this.sliders.show(this.hand.point);
    for (const rows of Object.values(this.rows)) rows.show((vector) => this.hand.along(vector));
    this.conceptRows.show(this.hand.strengths);
  }

  moved(z, resting) {
    this.pad.moved?.(z, resting);
  }

  /** Ask for the directions of the snapshot that is shown, once for each. */
  async find() {
    const { step, data } = this;
    if (!data.directions_url || this.foundFor === step || this.findingFor === step) return;
    this.findingFor = step;
    let answer = null;
    try {
      const response = await fetchInTurn(data.directions_url.replace("{step}", String(step)));
      if (response.ok) answer = await response.json();
      else this.refuse((await response.json()).message);
    } catch {
      this.refuse(this.words.error_offline);
    }
    this.findingFor = null;
    if (answer && step === this.step) {
      this.take(answer, step);
      this.draw();
      this.pad.update?.(data);
    }
  }

  take(answer, step) {
    this.foundFor = step;
    for (const [kind, key] of Object.entries(FOUND)) {
      this.found[kind] = answer[key].map((one, i) => ({ ...one, id: `${kind}:${i}` }));
    }
  }

  refuse(message) {
    for (const rows of Object.values(this.rows)) rows.say(message);
  }

  bend(id, strength) {
    const concept = this.concepts.find((one) => one.id === id);
    if (concept) this.hand.bend(id, concept.vector, strength);
  }

  rename(key, name) {
    this.own = { ...this.own, [key]: name };
    this.names = { ...this.names, [key]: name };
    if (this.data.may_edit !== false) this.events.onAct({ kind: "name", key, name });
  }

  /** All directions now known: {id, name, vector}. */
  directions() {
    const { data, words } = this;
    const unit = (i) => Array.from({ length: data.latent_size }, (_, j) => Number(i === j));
    const named = (id, usual) => this.names[id] || usual;
    const count = Math.min(data.num_sliders, data.latent_size);
    const dimensions = Array.from({ length: count }, (_, i) => {
      const id = `dimension:${i}`;
      return { id, name: named(id, words.dimension.replace("{index}", i)), vector: unit(i) };
    });
    const found = Object.keys(FOUND).flatMap((kind) =>
      this.found[kind].map(({ id, vector }, i) => {
        const usual = kind === "principal" ? words.principal_name : words.first_layer_name;
        return { id, name: named(id, usual.replace("{index}", i + 1)), vector };
      }),
    );
    return [...found, ...dimensions, ...this.concepts];
  }

  close() {
    this.pad.close?.();
  }
}
