import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** 1 − confidence: `0.05` or `5%`. */
export function alpha(): SyncParser<number> {
  return {
    parse: (given) => {
      const [, amount, sign] = /^(\d*\.?\d+)(%?)$/.exec(given) ?? [];
      const value = Number(amount) / (sign === '%' ? 100 : 1);
      if (value > 0 && value < 0.5) return value;
      throw new InvalidValue('is no level of significance', 'Write 0.05, or another up to 0.5.');
    },
  };
}
