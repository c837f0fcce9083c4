/** Smoothing of a measured curve. */

/**
 * Exponential moving average without the pull towards zero of its first values.
 *
 * s(n) = w s(n-1) + (1-w) y(n), shown as s(n) / (1 - w^n). Gaps (null) stay gaps and count for
 * nothing. weight 0 is the curve itself; it stays below 1.
 */
export function smooth(values, weight) {
  if (weight <= 0) return values;
  let sum = 0;
  let remaining = 1;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    remaining *= weight;
    return sum / (1 - remaining);
  });
}
