const BARS = '▁▂▃▄▅▆▇█';
/** Longer sparklines wrap in a table cell. */
const MAX_BARS = 30;

/**
 * Draws values as bars from zero to their maximum. With more than 30 values, each bar is the maximum of
 * several. `undefined` and infinite values are gaps, shown as `×`.
 */
export function sparkline(values: readonly (number | undefined)[]): string {
  const share = Math.ceil(values.length / MAX_BARS);
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
