import { InvalidValue } from '@repo/core/errors/invalid-value';
import { duration } from '@repo/core/inputs/duration';
import type { SyncParser } from '@repo/core/inputs/parser';

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** `200-299`, `204`, or several with commas between. */
export function statusRanges(): SyncParser<readonly StatusRange[]> {
  return {
    parse: (given) =>
      given.split(',').map((part) => {
        const [, from, to = from] = /^\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*$/.exec(part) ?? [];
        if (from === undefined || Number(to) < Number(from)) {
          throw new InvalidValue('is no range of statuses', 'Write 200-299, 204 or 200-299,301.');
        }
        return { from: Number(from), to: Number(to) };
      }),
  };
}

/** `6s,5s,3s`: durations with commas between. */
export function durations(): SyncParser<readonly number[]> {
  const one = duration({ min: 1 });
  return {
    parse: (given) => given.split(',').map((part) => one.parse(part.trim())),
    empty: () => [],
  };
}

/** A part of the list: the `index`-th of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** `3/8` */
export function shardInput(): SyncParser<Shard> {
  return {
    parse: (given) => {
      const [, index, count] = /^(\d{1,3})\/(\d{1,3})$/.exec(given) ?? [];
      const shard = { index: Number(index), count: Number(count) };
      if (index === undefined || shard.index < 1 || shard.index > shard.count) {
        throw new InvalidValue('is no part of a whole', 'Write 1/8 for the first of eight.');
      }
      return shard;
    },
  };
}

/** `never`, or for how long an endpoint has to be dead before it is dropped, milliseconds. */
export function dropAfter(): SyncParser<number> {
  const age = duration({ min: 3_600_000, max: 3650 * 86_400_000 });
  return {
    parse: (given) => (given === 'never' ? Number.POSITIVE_INFINITY : age.parse(given)),
  };
}
