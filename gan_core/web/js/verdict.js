/** What the discriminator says of an image: in a word, a sign and a border, never colour alone. */

import { el, fill, setText } from "./base.js";

const SIGNS = { real: "✓", fake: "✗", unsure: "?" };

/** "real", "fake" or "unsure" for a probability; null where there is no verdict. */
export function judge(pReal, [low, high]) {
  if (pReal === null || pReal === undefined) return null;
  if (pReal < low) return "fake";
  return pReal > high ? "real" : "unsure";
}

/** A badge with sign, word and probability; keeps its place when there is nothing to say. */
export function createBadge() {
  const sign = el("span", { class: "sign", "aria-hidden": "true" });
  const word = el("span");
  const chance = el("span", { class: "chance" });
  return { element: el("span", { class: "badge" }, sign, word, chance), sign, word, chance };
}

/** Show a verdict on a frame (its border) and, where given, on a badge. */
export function showVerdict(words, pReal, thresholds, frame, badge = null) {
  const verdict = judge(pReal, thresholds);
  frame.dataset.verdict = verdict ?? "none";
  const percent = verdict === null ? "" : String(Math.round(pReal * 100));
  frame.title = verdict === null ? "" : fill(words.verdict_title, { percent });
  if (!badge) return verdict;
  badge.element.dataset.verdict = verdict ?? "none";
  setText(badge.sign, SIGNS[verdict] ?? "");
  setText(badge.word, verdict === null ? "" : words[`verdict_${verdict}`]);
  setText(badge.chance, verdict === null ? "" : fill(words.percent, { percent }));
  return verdict;
}
