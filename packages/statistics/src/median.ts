/** Up to this length, an insertion sort is faster than a call of the engine's sort. */
const MAX_INSERTION_SORT = 32;

/** Sorts in place, ascending. The values must not contain NaN. */
export function sortAscending(values: Float64Array): Float64Array {
  if (values.length > MAX_INSERTION_SORT) return values.sort();
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

/** The median; for an even number of values, the mean of the middle two. NaN if there are none. */
export function median(values: readonly number[]): number {
  return medianOfSorted(sortAscending(new Float64Array(values)));
}

export function medianOfSorted(values: Float64Array): number {
  const half = values.length >> 1;
  const upper = values[half] as number;
  // Divided before the addition, because the sum of two huge numbers is infinite.
  return values.length % 2 === 1 ? upper : (values[half - 1] as number) / 2 + upper / 2;
}

/** The median absolute deviation from a centre (MAD, Hampel 1974). */
export function medianDeviation(values: ArrayLike<number>, centre: number): number {
  const deviations = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) {
    deviations[at] = Math.abs((values[at] as number) - centre);
  }
  return medianOfSorted(sortAscending(deviations));
}
