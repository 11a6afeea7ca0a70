/** Up to this many values, moving each to its place is faster than a call of the engine's sort. */
const FEW = 32;

/** Sorts in place, rising; no value may be NaN. */
export function sortRising(values: Float64Array): Float64Array {
  if (values.length > FEW) return values.sort();
  for (let at = 1; at < values.length; at++) {
    const value = values[at] as number;
    let to = at;
    for (; to > 0 && (values[to - 1] as number) > value; to--) {
      values[to] = values[to - 1] as number;
    }
    values[to] = value;
  }
  return values;
}

/** Of at least one value; of an even number the mean of the middle two. */
export function median(values: readonly number[]): number {
  return medianOfSorted(sortRising(new Float64Array(values)));
}

export function medianOfSorted(values: Float64Array): number {
  const half = values.length >> 1;
  const upper = values[half] as number;
  // Halved first: the sum of two huge numbers is infinite.
  return values.length % 2 === 1 ? upper : (values[half - 1] as number) / 2 + upper / 2;
}

/** The median of the distances from the median (MAD, Hampel 1974). */
export function medianDeviation(values: ArrayLike<number>, centre: number): number {
  const deviations = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++)
    deviations[at] = Math.abs((values[at] as number) - centre);
  return medianOfSorted(sortRising(deviations));
}
