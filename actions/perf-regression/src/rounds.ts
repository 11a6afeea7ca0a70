import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** `auto`, or a number of rounds. */
export function rounds(): SyncParser<number | 'auto'> {
  return {
    parse: (given) => {
      if (given === 'auto') return given;
      const value = /^\d+$/.test(given) ? Number(given) : 0;
      if (value >= 1 && value <= 1000) return value;
      throw new InvalidValue('is no number of rounds', 'Write auto, or a number from 1 to 1000.');
    },
  };
}
