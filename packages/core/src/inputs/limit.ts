import { InvalidValue } from '../errors/invalid-value.ts';
import { duration, formatDuration } from './duration.ts';
import type { SyncParser } from './parser.ts';

/** At most so many within a window of time. */
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
        throw new InvalidValue('is no limit in a window', REMEDY);
      }
      if (Number(most) === 0) throw new InvalidValue('allows nothing', REMEDY);
      return { most: Number(most), window: duration({ min: 1 }).parse(window) };
    },
  };
}

export function formatLimit({ most, window }: Limit): string {
  return `${most} per ${formatDuration(window)}`;
}
