import type { Better } from '../measurement.ts';
import { canonicalUnit } from './unit.ts';

const HIGHER = words(
  'throughput ops rps qps tps fps bandwidth speed success successes successful succeeded passed ' +
    'passing coverage covered hit hits accuracy precision recall score availability uptime hz',
);
/** Words for what remains of a resource, where more is better. */
const REMAINING = words('free available remaining idle');
const LOWER = words(
  'time latency duration delay wait runtime elapsed size bytes memory mem rss heap alloc allocs ' +
    'allocated allocations error errors fail failed failing failure failures miss misses missed ' +
    'vulnerability vulnerabilities outdated stale warnings dropped timeout timeouts lost usage load ' +
    'cpu instructions cycles cost overhead seconds milliseconds ms ns us age blocked rejected ' +
    'uncovered unhealthy broken',
);
/** Words for a point in time or a version. */
const MOMENT = words('at timestamp date epoch time updated generated created bust version');

/**
 * Infers the direction of a metric from its unit and the words of its name. Contradicting or missing
 * hints make it `unknown`: reported, never gated.
 */
export function inferDirection(unit: string, name: string): Better {
  const { quantity } = canonicalUnit(unit);
  if (quantity === 'time') return 'lower';
  const inName = inferNameDirection(name);
  if (quantity === 'rate') {
    return direction(splitWords(unit.split('/')[0] ?? '')) === 'lower' || inName === 'lower'
      ? 'lower'
      : 'higher';
  }
  if (quantity === 'size') return inName === 'higher' ? 'higher' : 'lower';
  if (inName !== 'unknown') return inName;
  return quantity === 'share' ? 'unknown' : direction(splitWords(unit));
}

/** Whether a value is a point in time or a version, which grows without being a measurement. */
export function isMoment(name: string, value: number): boolean {
  return (
    Number.isInteger(value) &&
    value > 1e9 &&
    value < 1e19 &&
    splitWords(name).some((w) => MOMENT.has(w))
  );
}

/** Uses the last part of a dotted name that has a direction. */
function inferNameDirection(name: string): Better {
  const parts = name.slice(-500).split('.');
  const found = parts.map((part) => direction(splitWords(part))).filter((one) => one !== 'unknown');
  return found.at(-1) ?? 'unknown';
}

function direction(all: readonly string[]): Better {
  if (all.some((word) => REMAINING.has(word))) return 'higher';
  const higher = all.some((word) => HIGHER.has(word));
  const lower = all.some((word) => LOWER.has(word));
  return higher === lower ? 'unknown' : higher ? 'higher' : 'lower';
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/** The units of last words, as in `average_latency_ms`, `sizeBytes`, `coveragePct`. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ...['ns', 'us', 'ms', 'sec', 'secs', 'seconds', 'minutes', 'milliseconds'].map(sameName),
  ...['nanoseconds', 'microseconds', 'bytes', 'kb', 'mb', 'gb', 'kib', 'mib', 'gib'].map(sameName),
  ...['pct', 'percent', 'percentage'].map((word): [string, string] => [word, '%']),
]);
const SECOND = new Set(['s', 'sec', 'second']);

/** Infers the unit from the last words of a name; empty without a hint. */
export function inferUnit(name: string): string {
  const words = splitWords(name);
  const [counted, per, second = ''] = words.slice(-3);
  // `proxies_per_second`
  if (per === 'per' && SECOND.has(second)) return `${counted}/s`;
  return words.length > 1 || name.length > 3 ? (ENDINGS.get(words.at(-1) ?? '') ?? '') : '';
}

function sameName(unit: string): [string, string] {
  return [unit, unit];
}

/** The words of `http_req_failed`, `heapUsed` or `first-contentful-paint` in lower case. */
function splitWords(name: string): string[] {
  return name
    .slice(-500)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d%]+/)
    .filter((word) => word !== '');
}
