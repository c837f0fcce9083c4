/** Axes: ranges, round ticks, and values to pixels. */

/** A round step (1, 2 or 5 times a power of ten) that cuts `span` into about `count` parts. */
export function roundStep(span, count) {
  const rough = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999);
  return factor * power;
}

/** Round values from `low` to `high`, about `count` of them. */
export function ticks(low, high, count) {
  const step = roundStep(high - low, count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => (first + i) * step);
}

/** Powers of ten in a range; with few of them their multiples too, and in a narrow range any. */
export function logTicks(low, high, count) {
  const powers = [];
  for (let k = Math.floor(Math.log10(low)); k <= Math.log10(high); k += 1) powers.push(10 ** k);
  for (const factors of [[1], [1, 3], [1, 2, 5]]) {
    const all = powers.flatMap((power) => factors.map((factor) => factor * power));
    const inside = all.filter((value) => value >= low && value <= high);
    const every = Math.ceil(inside.length / (count + 1));
    if (inside.length >= 3) return inside.filter((_, i) => i % every === 0);
  }
  return ticks(low, high, count);
}

/** The end of an axis that grows with a run: moves in round steps, not at every tick. */
export function growingEnd(value, limit) {
  if (!(value > 0)) return limit || 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const ends = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  const end = ends.find((factor) => factor * power >= value) * power;
  return limit ? Math.max(Math.min(end, limit), value) : end;
}

/** Lowest and highest number in some lists, null where there is none; positive ones for a log. */
export function extent(lists, log) {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (value === null || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** The y range: what the panel asks for, else the data's with round ends. */
export function yRange(panel, log) {
  const found = extent(panel.series.flatMap(({ y, low = [], high = [] }) => [y, low, high]), log);
  let [low, high] = found ?? (log ? [0.1, 10] : [0, 1]);
  if (log) {
    if (low === high) [low, high] = [low / 2, high * 2];
    return [low / 1.15, high * 1.15];
  }
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const step = roundStep(high - low, 4);
  low = low >= 0 && low < (high - low) ? 0 : Math.floor(low / step) * step;
  high = Math.ceil(high / step) * step;
  return [panel.y_min ?? low, panel.y_max ?? high];
}

/** A function from values to pixels, with `invert` the other way. */
export function makeScale(low, high, from, to, log = false) {
  const place = log ? Math.log : (value) => value;
  const [start, span] = [place(low), place(high) - place(low) || 1];
  const scale = (value) => from + ((place(value) - start) / span) * (to - from);
  scale.invert = (pixel) => {
    const value = start + ((pixel - from) / (to - from)) * span;
    return log ? Math.exp(value) : value;
  };
  return scale;
}

/** Index of the entry of a rising list that is nearest to `value`; -1 for an empty list. */
export function nearest(list, value) {
  if (!list.length) return -1;
  let low = 0;
  let high = list.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle;
    else high = middle;
  }
  return value - list[low] <= list[high] - value ? low : high;
}
