import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/** One of several words. */
export function oneOf<const T extends string>(words: readonly T[]): SyncParser<T> {
  return {
    parse: (given) => {
      const word = words.find((candidate) => candidate === given);
      if (word !== undefined) return word;
      throw new InvalidValue(
        'is not a valid value',
        `Write ${[words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' or ')}.`,
      );
    },
  };
}
