const BARS = '▁▂▃▄▅▆▇█';
/** Wider ones wrap in a table cell. */
const MOST_BARS = 30;

/** The latest values as bars between their least and their largest; nothing for fewer than three. */
export function trendLine(values: readonly number[]): string {
  const shown = values.slice(-MOST_BARS);
  if (shown.length < 3) return '';
  const least = Math.min(...shown);
  const reach = Math.max(...shown) - least;
  return shown
    .map((value) => {
      const share = reach === 0 ? 0.5 : (value - least) / reach;
      return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))];
    })
    .join('');
}
