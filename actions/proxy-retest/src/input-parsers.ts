import { InvalidValue } from '@repo/core/errors/invalid-value';
import { duration } from '@repo/core/inputs/duration';
import { keyValue } from '@repo/core/inputs/key-value';
import type { SyncParser } from '@repo/core/inputs/parser';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A path that must not be empty. */
export function path(): SyncParser<string> {
  return { parse: (given) => given };
}

/** A number from 0 to 1, such as `0.8`. */
export function fraction(): SyncParser<number> {
  return {
    parse: (given) => {
      const value = /^(\d+(\.\d+)?|\.\d+)$/.test(given) ? Number(given) : Number.NaN;
      if (value >= 0 && value <= 1) return value;
      throw new InvalidValue('is not a number from 0 to 1', 'Write a number such as 0.8.');
    },
  };
}

/** Durations separated by commas, such as `6s,5s,3s`, in milliseconds. */
export function durations(): SyncParser<readonly number[]> {
  const one = duration({ min: 1 });
  return {
    parse: (given) => given.split(',').map((part) => one.parse(part.trim())),
    empty: () => [],
  };
}

/** How long an endpoint has to be dead before it is removed, in milliseconds; `never` is infinite. */
export function dropAfter(): SyncParser<number> {
  const age = duration({ min: HOUR_MS, max: 3650 * DAY_MS });
  return {
    parse: (given) => (given === 'never' ? Number.POSITIVE_INFINITY : age.parse(given)),
  };
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** `200-299`, `204`, or several of them separated by commas. */
export function statusRanges(): SyncParser<readonly StatusRange[]> {
  return {
    parse: (given) =>
      given.split(',').map((part) => {
        const [, from, to = from] = /^\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*$/.exec(part) ?? [];
        if (from === undefined || Number(to) < Number(from)) {
          throw new InvalidValue(
            'is not a range of HTTP status codes',
            'Write 200-299, 204 or 200-299,301.',
          );
        }
        return { from: Number(from), to: Number(to) };
      }),
  };
}

/** One part of the list: number `index` of `count`, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** `3/8` */
export function shard(): SyncParser<Shard> {
  return {
    parse: (given) => {
      const [, index, count] = /^(\d{1,3})\/(\d{1,3})$/.exec(given) ?? [];
      const parsed = { index: Number(index), count: Number(count) };
      if (index === undefined || parsed.index < 1 || parsed.index > parsed.count) {
        throw new InvalidValue('is not a valid shard', 'Write 1/8 for the first of 8 shards.');
      }
      return parsed;
    },
  };
}

const EXTRA_FILE_KINDS = ['txt', 'base64', 'clash', 'sing-box', 'metadata'] as const;
export type ExtraFileKind = (typeof EXTRA_FILE_KINDS)[number];

/** An additional file, generated from the endpoints that are alive. */
export interface ExtraFile {
  readonly kind: ExtraFileKind;
  /** Relative to the workspace, or absolute. */
  readonly path: string;
}

/** `txt=alive.txt` */
export function extraFile(): SyncParser<ExtraFile> {
  const pair = keyValue('=');
  return {
    parse: (given) => {
      const [word, file] = pair.parse(given);
      const kind = EXTRA_FILE_KINDS.find((one) => one === word);
      if (kind === undefined || file === '') {
        throw new InvalidValue(
          'is not a known format followed by a path',
          `Write ${EXTRA_FILE_KINDS.map((one) => `${one}=PATH`).join(', ')}, one per line.`,
        );
      }
      return { kind, path: file };
    },
  };
}

/** A version such as `1.14.1`, which becomes part of a URL; empty: none. */
export function engineVersion(): SyncParser<string> {
  return {
    parse: (given) => {
      const version = given.replace(/^v/, '');
      if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return version;
      throw new InvalidValue('is not a version of sing-box', 'Write one such as 1.14.1.');
    },
    empty: () => '',
  };
}

/** A SHA-256 checksum in hexadecimal, as lower case; empty: none. */
export function sha256(): SyncParser<string> {
  return {
    parse: (given) => {
      if (/^[\da-f]{64}$/i.test(given)) return given.toLowerCase();
      throw new InvalidValue(
        'is not a SHA-256 checksum',
        'Write the 64 hexadecimal digits of the archive.',
      );
    },
    empty: () => '',
  };
}
