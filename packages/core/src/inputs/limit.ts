import { InvalidValue } from '../errors/invalid-value.ts';
import { duration, formatDuration } from './duration.ts';
import type { SyncParser } from './parser.ts';

/** A maximum number of events in a time window. */
export interface Limit {
  readonly most: number;
  /** ms */
  readonly window: number;
}

const REMEDY = 'Write a number and a window, such as 2 per 6h.';

/** `2 per 6h`. */
export function limit(): SyncParser<Limit> {
  return {
    parse: (given) => {
      const [, most, window] = /^(\d{1,3})\s+per\s+(\S+)$/.exec(given) ?? [];
      if (most === undefined || window === undefined) {
        throw new InvalidValue('is not a number per time window', REMEDY);
      }
      if (Number(most) === 0) throw new InvalidValue('allows nothing', REMEDY);
      return { most: Number(most), window: duration({ min: 1 }).parse(window) };
    },
  };
}

export function formatLimit({ most, window }: Limit): string {
  return `${most} per ${formatDuration(window)}`;
}
