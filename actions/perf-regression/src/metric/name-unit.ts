import { wordsOf } from './words.ts';

/** Last words of names that tell the unit, as in `average_latency_ms`, `sizeBytes`, `coveragePct`. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ...['ns', 'us', 'ms', 'sec', 'secs', 'seconds', 'minutes', 'milliseconds'].map(same),
  ...['nanoseconds', 'microseconds', 'bytes', 'kb', 'mb', 'gb', 'kib', 'mib', 'gib'].map(same),
  ...['pct', 'percent', 'percentage'].map((word): [string, string] => [word, '%']),
]);
const SECOND = new Set(['s', 'sec', 'second']);

/** The unit that a name tells by its last words; nothing where it tells none. */
export function unitOfName(name: string): string {
  const words = wordsOf(name);
  const [what, per, second = ''] = words.slice(-3);
  // `proxies_per_second`
  if (per === 'per' && SECOND.has(second)) return `${what}/s`;
  return words.length > 1 || name.length > 3 ? (ENDINGS.get(words.at(-1) ?? '') ?? '') : '';
}

function same(unit: string): [string, string] {
  return [unit, unit];
}
