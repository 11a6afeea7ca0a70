import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** What the user wants back: the last good one, or one by a name that it has. */
export type Wanted = { readonly kind: 'auto' } | { readonly kind: 'named'; readonly name: string };

/** `auto`, a SHA of at least 7 digits, a deployment's number, a snapshot's id. */
export function wanted(): SyncParser<Wanted> {
  return {
    parse: (given) => {
      if (given === 'auto') return { kind: 'auto' };
      if (/^[\w.-]{1,100}$/.test(given)) return { kind: 'named', name: given };
      throw new InvalidValue(
        'names no release',
        'Write auto, a SHA, or the id of a deployment or a snapshot.',
      );
    },
  };
}
