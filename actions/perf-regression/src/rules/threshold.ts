import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import type { Better } from '../measurement.ts';
import { parseQuantity, type Quantity } from './quantity.ts';

/** By how much a metric may get worse: a ratio of its former value (0.1 = 10%), or an amount. */
export type Threshold =
  | { readonly kind: 'relative'; readonly ratio: number; readonly text: string }
  | { readonly kind: 'absolute'; readonly quantity: Quantity; readonly text: string };

const REMEDY =
  'Use a percentage (10% or 0.1), an amount with its unit (+50MB, +2ms), or percentage points (5pp).';
/** Tolerance for rounding errors: 0.1 + 0.2 must not exceed 0.3. */
const TOLERANCE = 1e-9;

/** `10%`, `0.1`, `+50MB`, `5pp`. A bare number above 1 is ambiguous and therefore refused. */
export function threshold(): SyncParser<Threshold> {
  return {
    parse: (text) => {
      const [, amount, percent] = /^(\d+(?:\.\d+)?|\.\d+) ?(%?)$/.exec(text) ?? [];
      if (amount !== undefined) {
        const ratio = Number(amount) / (percent === '%' ? 100 : 1);
        if (percent !== '%' && ratio > 1) {
          // YAML parses a bare +30 as the number 30.
          const hint = `Use ${amount}% or "+${amount}" (with quotes in YAML).`;
          throw new InvalidValue('has no unit', `${hint} ${REMEDY}`);
        }
        return { kind: 'relative', ratio, text: `${Number((ratio * 100).toFixed(6))}%` };
      }
      if (text.startsWith('-')) throw new InvalidValue('is negative', REMEDY);
      try {
        const quantity = parseQuantity(text.replace(/^\+ ?/, ''));
        return { kind: 'absolute', quantity, text };
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        throw new InvalidValue('is not a valid threshold', REMEDY);
      }
    },
  };
}

/**
 * Whether an amount is comparable with values in a unit. Values without a unit are taken in the unit
 * of the amount. An amount without a unit is not comparable with times and sizes, because these were
 * converted to their canonical unit.
 */
export function isUnitCompatible({ unit }: Quantity, valueUnit: string): boolean {
  return (
    unit === valueUnit ||
    valueUnit === '' ||
    (unit === '' && valueUnit !== 'ns' && valueUnit !== 'B')
  );
}

/**
 * Whether `after` is worse than `before` by strictly more than the threshold.
 *
 * @param scale factor of the threshold
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
    threshold.kind === 'relative' ? threshold.ratio * Math.abs(before) : threshold.quantity.amount;
  return worsening > limit * scale + TOLERANCE * Math.abs(before);
}
