const BARS = '▁▂▃▄▅▆▇█';
/** Wider ones wrap in a table cell. */
const MOST_BARS = 30;

/**
 * Values as a line of bars from zero to their maximum, at most 30 of them (then each bar is the
 * largest of its share); `undefined` and what is not finite is a gap, shown as `×`.
 */
export function sparkline(values: readonly (number | undefined)[]): string {
  const share = Math.ceil(values.length / MOST_BARS);
  const groups = Array.from({ length: Math.ceil(values.length / Math.max(share, 1)) }, (_, index) =>
    values.slice(index * share, (index + 1) * share),
  );
  const heights = groups.map(largest);
  const highest = heights.reduce<number>((max, one) => Math.max(max, one ?? 0), Number.MIN_VALUE);
  return heights
    .map((height) =>
      height === undefined
        ? '×'
        : BARS[Math.min(BARS.length - 1, Math.floor((height / highest) * BARS.length))],
    )
    .join('');
}

function largest(group: readonly (number | undefined)[]): number | undefined {
  let result = 0;
  for (const value of group) {
    if (value === undefined || !Number.isFinite(value)) return undefined;
    result = Math.max(result, value);
  }
  return result;
}
