/** What D and a classifier say of an image that this browser made: asked once the hand rests. */

import { postJson } from "./decoder.js";
import { base64FromBytes } from "./pixels.js";

const JUDGE_REST_MS = 300;

/** `onVerdict({pReal, label, confidence})`; nothing is asked while `url` is empty. */
export class Judge {
  constructor(onVerdict) {
    this.onVerdict = onVerdict;
    this.url = null;
    this.asking = null;
  }

  /** The image under the hand is another one: what was asked of the last is of no use. */
  moved() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  /** Ask about an image once it has stayed for a moment. */
  consider(run, step, bytes) {
    this.moved();
    if (this.url) this.timer = setTimeout(() => this.ask(run, step, bytes), JUDGE_REST_MS);
  }

  async ask(run, step, bytes) {
    const asking = new AbortController();
    this.asking = asking;
    try {
      const body = { run, step, images: [base64FromBytes(bytes)] };
      const answer = await postJson(this.url, body, asking.signal);
      if (asking.signal.aborted) return;
      const first = (values) => values?.[0] ?? null;
      const { p_real: chances, labels, confidences } = answer;
      this.onVerdict({ pReal: first(chances), label: first(labels), confidence: first(confidences) });
    } catch (error) {
      // Without a verdict the image is as good; the next rest asks again.
      if (error.name !== "AbortError" && !error.reason) throw error;
    }
  }
}
