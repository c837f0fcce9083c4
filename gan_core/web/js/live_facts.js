/** A line above the live view: where the run stands, how fast it goes and how long it will take. */

import { el, fill, setText, whole } from "./base.js";
import { followRun } from "./live_news.js";

/** Seconds as a person says them, as `pages._parts.words.duration`. */
export function durationWords(secs, words) {
  if (secs < 90) return fill(words.secs, { n: Math.max(0, Math.round(secs)) });
  if (secs < 90 * 60) return fill(words.minutes, { n: Math.round(secs / 60) });
  const tenths = (value) => (Math.round(10 * value) / 10).toFixed(1);
  if (secs < 48 * 3600) return fill(words.hours, { n: tenths(secs / 3600) });
  return fill(words.days, { n: tenths(secs / 86_400) });
}

/** The facts of a run as words, the first first. */
export function factWords(facts, data) {
  const { words, total_steps: total } = data;
  const { step = 0, images_per_s: speed } = facts;
  const said = [
    data.device,
    fill(words.step_of, { step: whole(step), total: whole(total) }),
    fill(words.epoch, { epoch: (step / data.steps_per_epoch).toFixed(1) }),
  ];
  if (facts.more) return said;
  if (speed) said.push(fill(words.speed, { n: whole(speed) }));
  if (facts.running && speed) {
    const rest = ((total - step) * data.batch_size) / speed;
    said.push(fill(words.left, { time: durationWords(rest, words) }));
  } else if (facts.elapsed_secs) {
    said.push(fill(words.trained, { time: durationWords(facts.elapsed_secs, words) }));
  }
  return said;
}

export class LiveFacts {
  constructor({ parentElement }) {
    this.root = el("p", { class: "studio live-facts" });
    parentElement.append(this.root);
  }

  update({ data }) {
    this.data = data;
    if (data.live_url !== this.url) {
      this.leave?.();
      this.url = data.live_url;
      this.leave = followRun(data.live_url, data.look_secs, (live) => this.show(live));
    }
  }

  show({ facts }) {
    setText(this.root, factWords(facts, this.data).join(" · "));
  }

  destroy() {
    this.leave?.();
    this.root.remove();
  }
}
