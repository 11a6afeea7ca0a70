import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';
import type { Normalize } from './compare/settings.ts';

/** `auto`, `off`, or `reference:<glob>`. */
export function normalize(): SyncParser<Normalize> {
  return {
    parse: (given) => {
      if (given === 'auto' || given === 'off') return { kind: given };
      const [, glob] = /^reference:\s*(\S.*)$/.exec(given) ?? [];
      if (glob !== undefined) return { kind: 'reference', glob };
      throw new InvalidValue('is not a choice', 'Write auto, off or reference:<glob>.');
    },
  };
}
