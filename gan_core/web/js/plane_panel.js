/** One model's plane: its cloud, the image under the hand, and its manifold. */

import { el, fill, newestWins, setText, whole } from "./base.js";
import { DecodeError, createServerDecoder } from "./decoder.js";
import { BORDER_PIXELS, keepCrisp, paint } from "./pixels.js";
import { axisNumber } from "./plane_drawing.js";
import { Manifold } from "./plane_manifold.js";
import { getJson, latentAt, readPoints } from "./plane_points.js";
import { Scatter } from "./plane_scatter.js";

export class PlanePanel {
  /** `events`: onHover(index or -1) when the pointer is over a point of this cloud. */
  constructor(words, events) {
    this.words = words;
    this.painted = 0;
    this.spot = -1;
    this.scatter = new Scatter(words, {
      onPoint: (point) => this.go(point),
      onHover: (index) => events.onHover(index),
    });
    this.manifold = new Manifold(words, (point) => this.go(point));
    this.load = newestWins((model) => this.fetchCloud(model));
    this.ask = newestWins((latent) => this.decodeOne(latent));
    this.build();
  }

  build() {
    this.title = el("span", { class: "plane-title" });
    this.step = el("span", { class: "at-step value" });
    this.share = el("span", { class: "plane-share" });
    const head = el("div", { class: "plane-head" }, this.title, this.step, this.share);
    this.canvas = el("canvas", { class: "picture", role: "img", "aria-label": this.words.decoded });
    this.waiting = el("p", { class: "waiting", text: this.words.loading });
    const stage = el("div", { class: "stage" }, el("div", { class: "framed" }, this.canvas), this.waiting);
    this.at = el("p", { class: "value plane-at" });
    this.note = el("p", { class: "note", role: "status" });
    const about = el("div", { class: "plane-about" }, this.at, this.note);
    const hand = el("div", { class: "plane-hand" }, stage, about);
    const side = el("div", { class: "plane-side" }, hand, this.manifold.element);
    this.crisp = keepCrisp(stage, () => this.canvas, () => this.canvas.width, BORDER_PIXELS);
    this.element = el("section", { class: "plane-panel" }, head, this.scatter.element, side);
  }

  /** Another snapshot, or another run, of the one that this panel shows. */
  update(model, imageShape) {
    const before = this.model;
    this.model = model;
    setText(this.title, model.title);
    this.element.setAttribute("aria-label", model.title);
    if (!before) [this.canvas.height, this.canvas.width] = imageShape;
    if (before?.points_url === model.points_url) return;
    this.load(model);
  }

  async fetchCloud(model) {
    try {
      const cloud = readPoints(await getJson(model.points_url));
      if (!this.closed) this.showCloud(cloud, model);
    } catch (error) {
      if (!this.closed) this.showFailure(error);
    }
  }

  showCloud(cloud, model) {
    const first = !this.cloud;
    this.cloud = cloud;
    this.decode = createServerDecoder(model.decode_url, model);
    this.spot = -1;
    this.scatter.setCloud(cloud);
    this.manifold.setSheet(model.manifold_url, cloud);
    const percent = axisNumber(100 * cloud.holes.share);
    setText(this.share, fill(this.words.share, { percent }));
    setText(this.step, fill(this.words.step, { step: whole(cloud.step) }));
    const middle = (rising) => rising[rising.length >> 1];
    this.go(first ? [middle(cloud.across), middle(cloud.up)] : this.scatter.point);
    this.element.dataset.step = cloud.step;
  }

  /** Decode a point of the plane. */
  go(point) {
    if (!this.cloud) return;
    this.scatter.setPoint(point);
    this.manifold.setPoint(point);
    const [x, y] = point.map(axisNumber);
    setText(this.at, fill(this.words.at, { x, y }));
    setText(this.note, "");
    this.ask(latentAt(point, this.cloud));
  }

  async decodeOne(latent) {
    try {
      const answer = await this.decode([latent]);
      if (!this.closed) this.showImage(answer);
    } catch (error) {
      if (!this.closed) this.showFailure(error);
    }
  }

  /** The largest hole first, then the next. */
  goToHole() {
    const spots = this.cloud?.holes.spots ?? [];
    if (!spots.length) {
      setText(this.note, this.words.no_hole);
      return;
    }
    this.spot = (this.spot + 1) % spots.length;
    this.go(spots[this.spot]);
    const words = { index: this.spot + 1, count: spots.length };
    setText(this.note, fill(this.words.in_hole, words));
  }

  showImage({ step, shape, images }) {
    paint(this.canvas, images[0], shape);
    this.crisp.fit();
    this.painted += 1;
    this.waiting.hidden = true;
    Object.assign(this.canvas.dataset, { painted: this.painted, step });
  }

  showFailure(error) {
    if (!(error instanceof DecodeError)) throw error;
    setText(this.note, this.words[error.reason]);
    if (!this.painted) setText(this.waiting, this.words[error.reason]);
  }

  destroy() {
    this.closed = true;
    this.crisp.stop();
    this.scatter.stop();
    this.element.remove();
  }
}
