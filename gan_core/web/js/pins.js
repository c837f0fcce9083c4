/** The pinned points of a run: an ordered few, shared by walk, pad and arithmetic. */

import { fill } from "./base.js";
import { normals } from "./latents.js";
import { PinPictures } from "./pins_pictures.js";

export const MOST_PINS = 9;

const STORAGE = "latent-studio-pins-";
const FIRST_PINS = 2;

/**
 * `list` holds {id, z, name, error?}; nobody changes it but the methods here, which tell
 * whoever asked by `onChange`. `pictures` has an image of each. Kept for each run while the
 * browser's tab is open.
 */
export class Pins {
  constructor(hand) {
    this.hand = hand;
    this.list = [];
    this.listeners = new Set();
    this.nextId = 1;
    this.place = null;
    this.pictures = new PinPictures(hand, this);
  }

  /** Called with each new `data`, by any of the panels; the first pins of a run are drawn. */
  async update(data) {
    const place = `${data.run} ${data.latent_size}`;
    if (place !== this.place) {
      this.place = place;
      const kept = recall(place, data.latent_size);
      this.list = (kept ?? []).map((pin) => ({ ...pin, id: this.newId() }));
      this.tell();
      if (!kept) await this.drawFirst(place);
    }
    this.pictures.refresh();
  }

  /** Two points, so that there is something to walk between. */
  async drawFirst(place) {
    const drawn = await Promise.all(Array.from({ length: FIRST_PINS }, () => this.draw()));
    if (this.place !== place || this.list.length) return;
    for (const z of drawn) this.add(z);
  }

  /** A random latent, drawn where all others are. */
  async draw() {
    return (await this.hand.random?.()) ?? normals(Math.random, this.hand.data().latent_size);
  }

  async addRandom() {
    const place = this.place;
    const z = await this.draw();
    return this.place === place ? this.add(z) : null;
  }

  get full() {
    return this.list.length >= MOST_PINS;
  }

  find(id) {
    return this.list.find((pin) => pin.id === id);
  }

  /** Pin a point; null where there are nine already. `extra` may carry `name` and `error`. */
  add(z, extra = {}) {
    if (this.full) return null;
    const pin = { id: this.newId(), name: this.newName(), ...extra, z: Array.from(z) };
    this.set([...this.list, pin]);
    return pin;
  }

  /** Put these latents in the place of all pins, as when a walk's address is opened. */
  replace(latents) {
    this.list = [];
    for (const z of latents.slice(0, MOST_PINS)) {
      this.list.push({ id: this.newId(), name: this.newName(), z: Array.from(z) });
    }
    this.set(this.list);
  }

  remove(id) {
    this.set(this.list.filter((pin) => pin.id !== id));
  }

  rename(id, name) {
    const wanted = name.trim();
    if (!wanted || this.find(id)?.name === wanted) return;
    this.set(this.list.map((pin) => (pin.id === id ? { ...pin, name: wanted } : pin)));
  }

  /** Bring a pin to another place in the order. */
  move(id, to) {
    const from = this.list.findIndex((pin) => pin.id === id);
    const target = Math.min(Math.max(to, 0), this.list.length - 1);
    if (from < 0 || from === target) return;
    const order = [...this.list];
    order.splice(target, 0, ...order.splice(from, 1));
    this.set(order);
  }

  /** Tells after each change; the function returned ends that. */
  onChange(callback) {
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  }

  set(list) {
    this.list = list;
    remember(this.place, list);
    this.tell();
    this.pictures.refresh();
  }

  tell() {
    for (const callback of this.listeners) callback(this.list);
  }

  newId() {
    this.nextId += 1;
    return `pin-${this.nextId}`;
  }

  /** The first numbered name that no pin has. */
  newName() {
    const taken = new Set(this.list.map((pin) => pin.name));
    const nameOf = (index) => fill(this.hand.words.pins_name, { index });
    let index = 1;
    while (taken.has(nameOf(index))) index += 1;
    return nameOf(index);
  }
}

/** The pins of an earlier visit to this page, or null; a browser may refuse to keep anything. */
function recall(place, latentSize) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORAGE + place));
    const whole = (pin) => pin.z?.length === latentSize && pin.z.every(Number.isFinite);
    return Array.isArray(kept) ? kept.filter(whole).slice(0, MOST_PINS) : null;
  } catch (error) {
    if (error instanceof DOMException || error instanceof SyntaxError) return null;
    throw error;
  }
}

function remember(place, list) {
  const kept = list.map(({ id, ...pin }) => pin);
  try {
    sessionStorage.setItem(STORAGE + place, JSON.stringify(kept));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
