/** Where images come from: this browser's own runtime, or, where it cannot, the server. */

import { appUrl } from "./base.js";
import { DecodeError, createServerDecoder } from "./decoder.js";
import { createLocalRuntime } from "./local_decoder.js";
import { watchRun } from "./news.js";

/**
 * Decodes latents of one run. Until the weights are here the server answers; afterwards this
 * browser does, and the server hears nothing of a drag. While a run trains, each new snapshot takes
 * the place of the one before as soon as it has passed its check.
 *
 * `events`: onSnapshot(step) when another snapshot answers; onNotice(reason or null, detail) when
 * the server has to answer for this browser: "unsupported", "unknown_layer", "golden", "damaged".
 */
export class ImageSource {
  constructor(events) {
    this.events = events;
    this.local = null;
    this.loading = null;
    this.open = true;
  }

  /** New data of the element. */
  update(data) {
    const moved = data.run !== this.data?.run || data.step !== this.data?.step;
    this.data = data;
    if (moved || !this.server) this.ask(data.step);
    if (data.bundle_url || data.bundle) this.load({ step: data.step, bundle_url: data.bundle_url });
    this.follow(data.events_url);
  }

  /** Have the server answer with the snapshot of `step`. */
  ask(step) {
    this.serverStep = step;
    this.server = this.data.decode_url ? createServerDecoder(this.data.decode_url, { ...this.data, step }) : null;
  }

  get step() {
    return this.local?.step ?? this.serverStep;
  }

  get isLocal() {
    return this.local !== null;
  }

  follow(url) {
    if (url === this.followed) return;
    this.followed = url;
    this.news?.close();
    this.news = url ? watchRun(url, (told) => this.load(told)) : null;
  }

  /** Take up a snapshot; of several that come while one is being loaded, the newest. */
  async load(told) {
    if (told.step === this.wanted?.step) return;
    this.wanted = told;
    if (this.loading) return;
    this.loading = true;
    while (this.open && this.wanted.step !== this.tried) {
      const { step, bundle_url: url } = this.wanted;
      this.tried = step;
      await this.tryBundle(step, url);
    }
    this.loading = false;
  }

  async tryBundle(step, url) {
    try {
      const bytes = this.data.bundle ? await this.data.bundle() : await fetchBytes(url);
      this.runtime ??= createLocalRuntime(this.programs());
      const { decode, worst } = await this.runtime.open(bytes);
      if (!this.open) return;
      this.local = { step, decode, worst };
      this.events.onNotice(null);
    } catch (error) {
      if (!this.open) return;
      this.refuse(error);
      this.ask(step);
    }
    this.events.onSnapshot(step);
  }

  refuse(error) {
    if (!error.reason) throw error;
    this.local = null;
    this.events.onNotice(error.reason, error.message);
  }

  programs() {
    if (this.data.programs) return this.data.programs();
    return {
      workerUrl: appUrl(this.data.worker_url),
      wasm: () => Promise.all(this.data.wasm_urls.map((url) => fetchBytes(url))),
    };
  }

  /** {step, shape, images, pReal, labels, confidences}; the last three are the server's alone. */
  async decode(latents, signal) {
    if (!this.local) {
      if (!this.server) throw new DecodeError("error_decode");
      return this.server(latents, signal);
    }
    const { step, decode } = this.local;
    const { shape, images } = await decode(latents, signal);
    return { step, shape, images, pReal: null, labels: null, confidences: null };
  }

  /** Work that must never be in the way: an image at a time, so that a drag waits for one at most. */
  async decodeAside(latents, signal) {
    if (!this.local) return this.decode(latents, signal);
    const images = [];
    let shape = null;
    for (const latent of latents) {
      signal?.throwIfAborted();
      const answer = await this.decode([latent], signal);
      ({ shape } = answer);
      images.push(answer.images[0]);
    }
    return { step: this.step, shape, images, pReal: null, labels: null, confidences: null };
  }

  close() {
    this.open = false;
    this.news?.close();
    this.runtime?.close();
  }
}

/** The bytes at an address of the app; a failure is a refusal, so that the server steps in. */
async function fetchBytes(path) {
  const answer = await fetch(appUrl(path)).catch(() => null);
  if (!answer?.ok) throw new DecodeError("error_weights");
  return answer.arrayBuffer();
}
