import { createHash } from 'node:crypto';
import { plain } from '@repo/core/text/untrusted';
import type { Better, Measurement } from '../measurement.ts';

/** Longer names of benchmarks and metrics are cut off. */
const MAX_NAME_LENGTH = 500;

/** One or more values as a tool writes them. */
export interface Reading {
  readonly benchmark: string;
  readonly metric: string;
  /** As the tool writes it; the collector converts it to its canonical form. */
  readonly unit: string;
  /** The single value of the tool. A value that is not a finite number becomes a failure. */
  readonly value?: unknown;
  /** Instead of the value: the values of separate runs. The collector keeps the array. */
  readonly repeated?: number[];
  /** Instead of the value, or in addition: repeated measurements. */
  readonly samples?: readonly unknown[];
  /** In the unit of the tool. */
  readonly spread?: { readonly low: unknown; readonly high: unknown };
  /** Default: inferred from unit and name. */
  readonly better?: Better | undefined;
  /** Whether one value is enough (bytes, counts), without noise. */
  readonly exact: boolean;
  readonly line?: number | undefined;
  /** Instead of the line, for JSON: finding it takes time and is needed only for failures. */
  readonly at?: { readonly line: number | undefined };
}

/** Converts a value to a number. Some JSON writers write NaN and infinity as text. */
export function toNumber(value: unknown, factor: number): number | 'no-value' | 'not-a-number' {
  if (typeof value === 'number')
    return Number.isFinite(value * factor) ? value * factor : NOT_FINITE;
  if (typeof value !== 'string' || value.length > 50 || value.trim() === '') return 'no-value';
  if (/^[+\-±]?(?:nan|inf|infinity)$/i.test(value)) return NOT_FINITE;
  const number = Number(value);
  return Number.isNaN(number) ? 'no-value' : toNumber(number, factor);
}

const NOT_FINITE = 'not-a-number';

export function toSpread(spread: Reading['spread'], factor: number): Measurement['spread'] {
  if (spread === undefined) return undefined;
  const low = toNumber(spread.low, factor);
  const high = toNumber(spread.high, factor);
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : undefined;
}

/** Most names need no cleaning. */
const SAFE_NAME = /^[!-~]+$/;

/** Cuts a long name off and adds a digest, so that different names stay different. */
export function cleanName(text: string): string {
  const isSafe = SAFE_NAME.test(text) && !text.includes('::') && !text.includes('##[');
  if (isSafe && text.length <= MAX_NAME_LENGTH) return text;
  if (text.length <= MAX_NAME_LENGTH) return plain(text, MAX_NAME_LENGTH) || '(no name)';
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${plain(text, MAX_NAME_LENGTH)} ${digest}`;
}
