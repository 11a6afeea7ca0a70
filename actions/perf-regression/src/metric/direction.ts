import type { Better } from '../measurement.ts';
import { canonicalUnit } from './unit.ts';
import { wordsOf } from './words.ts';

const HIGHER = words(
  'throughput ops rps qps tps fps bandwidth speed success successes successful succeeded passed ' +
    'passing coverage covered hit hits accuracy precision recall score availability uptime hz',
);
/** Of something whose use is bad, what is left over is good. */
const LEFT_OVER = words('free available remaining idle');
const LOWER = words(
  'time latency duration delay wait runtime elapsed size bytes memory mem rss heap alloc allocs ' +
    'allocated allocations error errors fail failed failing failure failures miss misses missed ' +
    'vulnerability vulnerabilities outdated stale warnings dropped timeout timeouts lost usage load ' +
    'cpu instructions cycles cost overhead seconds milliseconds ms ns us age blocked rejected ' +
    'uncovered unhealthy broken',
);
const MOMENT = words('at timestamp date epoch time updated generated created bust version');

/**
 * Which way a metric gets better, by its unit and the words of its name. What speaks for both, or
 * for neither, is `unknown`: reported, never gated.
 */
export function directionOf(unit: string, name: string): Better {
  const { quantity } = canonicalUnit(unit);
  if (quantity === 'time') return 'lower';
  const inName = directionOfName(name);
  if (quantity === 'rate') {
    return direction(wordsOf(unit.split('/')[0] ?? '')) === 'lower' || inName === 'lower'
      ? 'lower'
      : 'higher';
  }
  if (quantity === 'size') return inName === 'higher' ? 'higher' : 'lower';
  if (inName !== 'unknown') return inName;
  return quantity === 'share' ? 'unknown' : direction(wordsOf(unit));
}

/** Is this a moment or a version, which only ever grows, instead of something measured? */
export function isMoment(name: string, value: number): boolean {
  return (
    Number.isInteger(value) &&
    value > 1e9 &&
    value < 1e19 &&
    wordsOf(name).some((w) => MOMENT.has(w))
  );
}

/** By the last part of a dotted name that says anything. */
function directionOfName(name: string): Better {
  const parts = name.slice(-500).split('.');
  const found = parts.map((part) => direction(wordsOf(part))).filter((one) => one !== 'unknown');
  return found.at(-1) ?? 'unknown';
}

function direction(all: readonly string[]): Better {
  if (all.some((word) => LEFT_OVER.has(word))) return 'higher';
  const higher = all.some((word) => HIGHER.has(word));
  const lower = all.some((word) => LOWER.has(word));
  return higher === lower ? 'unknown' : higher ? 'higher' : 'lower';
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
