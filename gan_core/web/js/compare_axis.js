/** What runs are laid along beside each other: steps, images seen, time of training. */

export const AXES = ["step", "images", "time"];

const UNITS = [
  { word: "secs", secs: 1 },
  { word: "minutes", secs: 60 },
  { word: "hours", secs: 3600 },
];
const MOST_OF_A_UNIT = 180;

/** The unit in which the longest of some times is said. */
export function unitOf(secs) {
  return UNITS.find((unit) => secs <= MOST_OF_A_UNIT * unit.secs) ?? UNITS.at(-1);
}

/** `value` between the points of a rising curve; beyond its ends by its mean slope. */
export function along([xs, ys], value) {
  if (!xs?.length) return null;
  const last = xs.length - 1;
  if (value >= xs[last]) return xs[last] ? (ys[last] * value) / xs[last] : ys[last];
  if (value <= xs[0]) return xs[0] ? (ys[0] * value) / xs[0] : ys[0];
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= value) low = middle;
    else high = middle;
  }
  const share = (value - xs[low]) / (xs[high] - xs[low]);
  return ys[low] + share * (ys[high] - ys[low]);
}

/** A run's steps as places on an axis; null where its times are not known. */
export function places(steps, axis, { imagesSeen, elapsed, unitSecs }) {
  if (axis === "images") return steps.map((step) => imagesAt(step, imagesSeen));
  if (axis !== "time") return steps;
  const known = withoutGaps(elapsed);
  return known && steps.map((step) => along(known, step) / unitSecs);
}

/** A step's images along stretches of [first step, images seen there, images that a step adds]. */
function imagesAt(step, stretches) {
  const [first, before, pace] = stretches.filter(([first]) => first <= step).at(-1);
  return before + (step - first) * pace;
}

function withoutGaps(elapsed) {
  if (!elapsed?.[0]?.length) return null;
  const kept = elapsed[1].map((value, i) => i).filter((i) => elapsed[1][i] !== null);
  return kept.length ? elapsed.map((column) => kept.map((i) => column[i])) : null;
}

/**
 * What the page told, [steps, values, lows, highs], with what has come since, [steps, values]: news
 * tell of no intervals.
 */
export function withNews(told, news) {
  if (!told || !news) return told;
  const last = told[0].at(-1);
  const from = news[0].findIndex((step) => step > last);
  if (from < 0) return told;
  const [steps, values] = news.map((column) => column.slice(from));
  return [steps, values, values, values].map((column, i) => told[i].concat(column));
}

/** The last entry of a rising list that is not above `value`; undefined where all are. */
export function atOrBefore(list, value) {
  let found;
  for (const entry of list) {
    if (entry > value) break;
    found = entry;
  }
  return found;
}

/** All entries of some rising lists, rising, each once. */
export function union(lists) {
  return [...new Set(lists.flat())].sort((one, other) => one - other);
}
