import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import type { Better } from '../measurement.ts';
import { parseQuantity, type Quantity } from './quantity.ts';

/** By how much a metric may get worse: a share of what it was (0.1 = 10 %), or an amount. */
export type Threshold =
  | { readonly kind: 'relative'; readonly share: number; readonly text: string }
  | { readonly kind: 'absolute'; readonly quantity: Quantity; readonly text: string };

const REMEDY =
  'Write a share (10% or 0.1), an amount with its unit (+50MB, +2ms), or percentage points (5pp).';
/** Strictly greater, but 0.1 + 0.2 must not be greater than 0.3. */
const ROUNDING = 1e-9;

/** `10%`, `0.1`, `+50MB`, `5pp`. A bare number above 1 is refused: is 10 ten percent or ten? */
export function threshold(): SyncParser<Threshold> {
  return {
    parse: (text) => {
      const [, amount, percent] = /^(\d+(?:\.\d+)?|\.\d+) ?(%?)$/.exec(text) ?? [];
      if (amount !== undefined) {
        const share = Number(amount) / (percent === '%' ? 100 : 1);
        if (percent !== '%' && share > 1) {
          // YAML takes the plus of a bare +30 away.
          const hint = `Is it ${amount}% or "+${amount}" (in YAML with the quotes)?`;
          throw new InvalidValue('has no unit', `${hint} ${REMEDY}`);
        }
        return { kind: 'relative', share, text: `${Number((share * 100).toFixed(6))}%` };
      }
      if (text.startsWith('-')) throw new InvalidValue('is negative', REMEDY);
      try {
        const quantity = parseQuantity(text.replace(/^\+ ?/, ''));
        return { kind: 'absolute', quantity, text };
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        throw new InvalidValue('is no threshold', REMEDY);
      }
    },
  };
}

/**
 * Whether an amount may be compared with values in a unit. Values without a unit are taken as bytes,
 * nanoseconds or per cent, as the amount says; a bare number does not go with times and sizes, of
 * which nobody knows in what unit we keep them.
 */
export function fits({ unit }: Quantity, of: string): boolean {
  return unit === of || of === '' || (unit === '' && of !== 'ns' && of !== 'B');
}

/**
 * Whether going from `before` to `after` is worse by strictly more than the threshold.
 *
 * @param scale 0.5 asks for half of the threshold
 */
export function exceeds(
  threshold: Threshold,
  before: number,
  after: number,
  better: Better,
  scale = 1,
): boolean {
  const worsening = better === 'higher' ? before - after : after - before;
  const limit =
    threshold.kind === 'relative' ? threshold.share * Math.abs(before) : threshold.quantity.amount;
  return worsening > limit * scale + ROUNDING * Math.abs(before);
}
