import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/** A whole number from `min` to `max`, inclusive. */
export function integer({ min, max }: { min: number; max: number }): SyncParser<number> {
  return {
    parse: (given) => {
      const value = /^[+-]?\d+$/.test(given) ? Number(given) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw new InvalidValue(
        Number.isNaN(value) ? 'is not a whole number' : 'is out of range',
        `Write a whole number from ${min} to ${max}.`,
      );
    },
  };
}
