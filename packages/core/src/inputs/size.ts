import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1e3],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);
const REMEDY = 'Write a number with a unit: 512B, 50MB (1000-based) or 20MiB (1024-based).';

/** A number of bytes with a unit, at most `max`. `0` needs no unit. */
export function size({ max = Number.MAX_SAFE_INTEGER } = {}): SyncParser<number> {
  return {
    parse: (given) => {
      if (/^0+$/.test(given)) return 0;
      const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(given) ?? [];
      if (amount === undefined) throw new InvalidValue('is not a size', REMEDY);
      if (!unit) throw new InvalidValue('has no unit', REMEDY);
      const factor = UNITS.get(unit);
      if (factor === undefined) throw new InvalidValue('has an unknown unit', REMEDY);
      const bytes = Math.round(Number(amount) * factor);
      if (bytes > max) throw new InvalidValue('is too large', `Write at most ${formatSize(max)}.`);
      return bytes;
    },
  };
}

/** Formats bytes, 1000-based: `0B`, `512B`, `1.5kB`, `20MB`. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let amount = bytes;
  let step = 0;
  // Otherwise, 999,950 bytes would be rounded to 1000kB.
  for (; step < units.length - 1 && amount >= (step === 0 ? 1_000 : 999.95); step++)
    amount /= 1_000;
  return `${Number(amount.toFixed(1))}${units[step]}`;
}
