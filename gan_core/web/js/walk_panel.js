/** A walk through the pinned points: the large image walks, and the walk can be kept. */

import { el, fill, setText } from "./base.js";
import { DecodeError } from "./decoder.js";
import { icon, setIcon } from "./icons.js";
import { arrivals, walkLatent } from "./interpolation.js";
import { WalkClock } from "./walk_clock.js";
import { walkSeconds } from "./walk_frames.js";
import { WalkOptions } from "./walk_options.js";
import { NotSaved, download, drawStrip, fetchWalk } from "./walk_save.js";
import { WalkTrack } from "./walk_track.js";

const FORMATS = ["gif", "webp", "mp4", "png"];

const equal = (one, other) => other && one.every((value, i) => value === other[i]);

/** Panel: `update(data)`, `moved(z)`, `hidden()`, `close()`; `open(walk)` shows one by address. */
export class WalkPanel {
  constructor(hand, pins) {
    this.hand = hand;
    this.pins = pins;
    this.words = hand.words;
    this.options = new WalkOptions(this.words, () => this.arrange());
    this.clock = new WalkClock({ onTick: (at) => this.walk(at), onEnd: () => this.halt() });
    this.track = new WalkTrack(this.words, pins, {
      onScrub: (at) => this.scrub(at),
      onRest: () => this.hand.rest(),
    });
    this.build();
    const ends = [
      pins.onChange(() => this.arrange()),
      pins.pictures.onChange(() => this.track.repaint()),
    ];
    this.stop = () => ends.forEach((end) => end());
    this.arrange();
  }

  build() {
    const { words } = this;
    this.toggle = el("button", { type: "button", class: "button walk-play" });
    this.toggle.addEventListener("click", () => this.playOrPause());
    this.place = el("span", { class: "at-step value walk-place" });
    this.player = el("div", { class: "walk-player" }, this.toggle, this.track.element, this.place);
    this.empty = el("p", { class: "note", text: words.walk_too_few });
    this.note = el("p", { class: "note", role: "status" });
    this.saves = FORMATS.map((format) => this.buildSave(format));
    this.copy = el("button", { type: "button", class: "button", text: words.walk_copy });
    this.copy.addEventListener("click", () => this.copyAddress());
    const label = el("span", { class: "walk-keep", text: words.walk_save });
    this.keep = el("div", { class: "bar walk-save", role: "group", "aria-label": words.walk_save });
    this.keep.append(label, ...this.saves.map(({ button }) => button), this.copy);
    this.element = el("section", { class: "walk", "aria-label": words.walk });
    this.element.append(this.player, this.empty, this.options.element, this.keep, this.note);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.showPlaying();
  }

  buildSave(format) {
    const names = { gif: "GIF", webp: "WebP", mp4: "MP4", png: this.words.walk_strip };
    const button = el("button", { type: "button", class: "button" });
    button.append(icon("save"), el("span", { text: names[format] }));
    button.addEventListener("click", () => this.save(format));
    return { format, button };
  }

  update(data) {
    this.pins.update(data);
    for (const { format, button } of this.saves) button.hidden = !data.save_url && format !== "png";
    this.copy.hidden = !this.hand.address;
  }

  get points() {
    return this.pins.list.map(({ z }) => z);
  }

  /** The pins or the manner have changed: the same share of the way is now another place. */
  arrange() {
    const walks = this.pins.list.length > 1;
    const { manner } = this.options;
    this.player.hidden = !walks;
    this.keep.hidden = !walks;
    this.empty.hidden = walks;
    if (!walks) {
      this.pause();
      return;
    }
    this.clock.seconds = walkSeconds(this.pins.list.length, manner);
    this.clock.loops = manner.closed;
    this.track.setTicks(arrivals(this.pins.list.length, manner));
    this.showPlace();
  }

  /** The large image goes to a position; `hand.drag` takes the newest only, so none waits. */
  walk(position) {
    this.clock.position = position;
    this.sent = walkLatent(this.points, position, this.options.manner);
    this.hand.drag(this.sent);
    this.showPlace();
  }

  showPlace() {
    const { position, seconds } = this.clock;
    const shown = { now: (position * seconds).toFixed(1), seconds: seconds.toFixed(1) };
    const text = fill(this.words.walk_place, shown);
    setText(this.place, text);
    this.track.show(position, text);
  }

  scrub(position) {
    this.pause();
    this.walk(position);
  }

  playOrPause() {
    if (this.clock.playing) this.halt();
    else if (this.pins.list.length > 1) this.play();
  }

  play() {
    this.clock.play();
    this.showPlaying();
  }

  pause() {
    if (this.clock.playing) this.halt();
  }

  /** The point stays where the walk was left. */
  halt() {
    this.clock.pause();
    this.showPlaying();
    this.hand.rest();
  }

  showPlaying() {
    const { playing } = this.clock;
    const text = playing ? this.words.walk_pause : this.words.walk_play;
    setIcon(this.toggle, playing ? "pause" : "play");
    this.toggle.title = text;
    this.toggle.setAttribute("aria-label", text);
  }

  /** Another hand takes over: the walk stops, and the image stays with that hand. */
  moved(z) {
    if (!this.clock.playing || equal(z, this.sent)) return;
    this.clock.pause();
    this.showPlaying();
  }

  /** Space plays and pauses, unless it means something else where the focus is. */
  key(event) {
    const own = event.target.closest("button, select, input[type=checkbox]");
    if (event.key !== " " || own) return;
    this.playOrPause();
    event.preventDefault();
  }

  async save(format) {
    if (this.saving) return;
    this.setSaving(true);
    const { run, step, save_url: url } = this.hand.data();
    const [points, { manner }] = [this.points, this.options];
    try {
      const file = url
        ? await fetchWalk(this.hand.data(), points, manner, format)
        : await drawStrip(this.hand, points, manner);
      download(file, `walk-${run}-${step}.${format}`);
      setText(this.note, this.words.walk_saved);
    } catch (error) {
      setText(this.note, this.reason(error));
    } finally {
      this.setSaving(false);
    }
  }

  setSaving(saving) {
    this.saving = saving;
    if (saving) setText(this.note, this.words.walk_saving);
    for (const { button } of this.saves) button.setAttribute("aria-disabled", String(saving));
  }

  reason(error) {
    if (error instanceof DecodeError) return this.words[error.reason];
    if (!(error instanceof NotSaved)) throw error;
    return fill(this.words.walk_not_saved, { reason: error.message });
  }

  /** Where the browser gives no clipboard, the address stands in the note, to be copied by hand. */
  async copyAddress() {
    const { manner } = this.options;
    const address = await this.hand.address({ walk: { points: this.points, ...manner } });
    try {
      await navigator.clipboard.writeText(address);
      setText(this.note, this.words.walk_copied);
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      setText(this.note, address);
    }
  }

  /** Show the walk of an address: {points, method, easing, closed, speed}. */
  open({ points, ...manner }) {
    this.pause();
    this.options.set(manner);
    this.pins.replace(points);
    this.clock.position = 0;
    this.arrange();
  }

  hidden() {
    this.pause();
  }

  close() {
    this.clock.pause();
    this.stop();
  }
}
