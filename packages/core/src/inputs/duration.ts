import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const REMEDY = 'Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.';
/** A Node timer of more than 2^31 − 1 ms (24.8 days) fires immediately. */
const MAX_MS = 2 ** 31 - 1;

/** A duration with a unit, in milliseconds. `0` needs no unit. */
export function duration({ min = 0, max = MAX_MS } = {}): SyncParser<number> {
  return {
    parse: (given) => {
      const ms = parseDuration(given);
      if (ms < min) {
        throw new InvalidValue('is too short', `Write at least ${formatDuration(min)}.`);
      }
      if (ms > max) {
        throw new InvalidValue('is too long', `Write at most ${formatDuration(max)}.`);
      }
      return ms;
    },
  };
}

function parseDuration(given: string): number {
  if (/^0+$/.test(given)) return 0;
  if (/^\d+(\.\d+)?$/.test(given)) throw new InvalidValue('has no unit', REMEDY);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(given)) {
    throw new InvalidValue('is not a duration', REMEDY);
  }
  let total = 0;
  for (const [, amount, unit] of given.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN);
  }
  // 1.1s is 1100 ms, not 1100.0000000000002.
  return Math.round(total * 1_000) / 1_000;
}

/** Formats milliseconds: `0.4ms`, `450ms`, `2.5s`, `1m 30s`, `2h 5m`, `3d 4h`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))}ms`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${Number((ms / 1_000).toFixed(1))}s`;
  const seconds = Math.round(ms / 1_000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}
