const BARS = '▁▂▃▄▅▆▇█';
/** Wider ones wrap in a table cell. */
const MOST_BARS = 30;

/**
 * Values as a line of bars from zero to their maximum, at most 30 of them (then each bar is the
 * largest of its share); `undefined` is a gap, shown as `×`.
 */
export function sparkline(values: readonly (number | undefined)[]): string {
  const share = Math.ceil(values.length / MOST_BARS);
  const groups = Array.from({ length: Math.ceil(values.length / Math.max(share, 1)) }, (_, index) =>
    values.slice(index * share, (index + 1) * share),
  );
  const highest = values.reduce<number>(
    (max, value) => Math.max(max, value ?? 0),
    Number.MIN_VALUE,
  );
  return groups
    .map((group) => {
      if (group.includes(undefined)) return '×';
      const value = Math.max(...group.map((one) => one ?? 0));
      return BARS[Math.min(BARS.length - 1, Math.floor((value / highest) * BARS.length))];
    })
    .join('');
}
