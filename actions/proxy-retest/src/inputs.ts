import { InvalidValue } from '@repo/core/errors/invalid-value';
import { boolean } from '@repo/core/inputs/boolean';
import { defineInputs, type InputDefinition } from '@repo/core/inputs/define-inputs';
import { duration } from '@repo/core/inputs/duration';
import { type FailOn, failOnInput } from '@repo/core/inputs/fail-on';
import { httpUrl } from '@repo/core/inputs/http-url';
import { integer } from '@repo/core/inputs/integer';
import { list } from '@repo/core/inputs/list';
import { oneOf } from '@repo/core/inputs/one-of';
import { optional, type SyncParser } from '@repo/core/inputs/parser';
import { sharedInputs } from '@repo/core/inputs/shared-inputs';
import { text } from '@repo/core/inputs/text';
import { engineVersion, sha256 } from './engine-inputs.ts';
import { LIST_FORMATS } from './list/list-format.ts';
import { outputLine } from './outputs/output-line.ts';
import { dropAfter, durations, shardInput, statusRanges } from './target-inputs.ts';

export const failOn = {
  fail: ['fail', 'unknown'],
  warn: ['fail', 'unknown', 'warn'],
  never: [],
} satisfies FailOn;

/** Ages are no timers: years are fine. */
const LONGEST_AGE_MS = 100 * 365 * 86_400_000;

const parsers = {
  list: path(),
  format: oneOf(['auto', ...LIST_FORMATS]),
  output: text(),
  outputs: list(outputLine()),
  state: text(),
  'state-store': oneOf(['file', 'cache']),
  mode: oneOf(['retest', 'plan', 'shard', 'merge']),
  shard: optional(shardInput()),
  shards: integer({ min: 1, max: 256 }),
  results: list(text()),

  select: oneOf(['smart', 'all', 'failed']),
  'max-age': duration({ max: LONGEST_AGE_MS }),
  'min-health': fraction(),
  'slow-ms': integer({ min: 1, max: 600_000 }),
  'max-latency': integer({ min: 1, max: 600_000 }),

  'budget-minutes': minutes(),
  concurrency: integer({ min: 1, max: 16_384 }),
  'per-host': integer({ min: 1, max: 1_024 }),
  rate: integer({ min: 0, max: 1_000_000 }),
  'connect-timeout': duration({ min: 1 }),
  'handshake-timeout': duration({ min: 1 }),
  'first-byte-timeout': duration({ min: 1 }),
  'total-timeout': duration({ min: 1 }),
  timeouts: durations(),
  attempts: integer({ min: 1, max: 10 }),
  targets: list(httpUrl()),
  'expect-status': statusRanges(),
  'ca-file': text(),
  'judge-url': optional(httpUrl()),
  control: boolean(),
  'min-retain-ratio': fraction(),
  'drop-after': dropAfter(),
  'allow-private': boolean(),

  engine: oneOf(['auto', 'none', 'sing-box']),
  'engine-path': text(),
  'engine-version': engineVersion(),
  'engine-sha256': sha256(),
  'engine-url': httpUrl(),
  mmdb: list(text()),

  compat: boolean(),
  commit: boolean(),
  'commit-message': text(),
  'dry-run': boolean(),
  'fail-on': failOnInput(failOn),
  ...sharedInputs,
};

export const inputs = defineInputs(parsers, [
  {
    reads: ['targets', 'mode'],
    check: ({ targets, mode }) =>
      mode === 'merge' || mode === 'shard' || new Set(targets.map(({ href }) => href)).size > 1
        ? undefined
        : {
            where: 'targets',
            problem: 'has fewer than two addresses, and a proxy is dead when it fails on two',
            remedy: 'Name two that do not fail together, one a line.',
          },
  },
  {
    reads: ['mode', 'results'],
    check: ({ mode, results }) =>
      mode !== 'merge' || results.length > 0
        ? undefined
        : {
            where: 'results',
            problem: 'is empty, and mode: merge joins what it names',
            remedy: 'Write results: results/*.ndjson.',
          },
  },
  {
    reads: ['mode', 'shard'],
    check: ({ mode, shard }) =>
      shard === undefined || mode === 'retest' || mode === 'plan'
        ? undefined
        : {
            where: 'shard',
            problem: `is for the jobs that test, not for mode: ${mode}`,
            remedy: 'Leave it away here; write shards for mode: shard.',
          },
  },
  {
    reads: ['engineVersion', 'engineSha256'],
    check: ({ engineVersion: version, engineSha256: checksum }) =>
      (version === '') === (checksum === '')
        ? undefined
        : {
            where: version === '' ? 'engine-version' : 'engine-sha256',
            problem: 'is missing: nothing is downloaded that is not held to a checksum',
            remedy: 'Set engine-version and engine-sha256 together.',
          },
  },
  {
    reads: ['commit', 'shard'],
    check: ({ commit, shard }) =>
      !commit || shard === undefined
        ? undefined
        : {
            where: 'commit',
            problem: 'is set for one shard, which writes no list',
            remedy: 'Commit in the job with mode: merge.',
          },
  },
]);

export type Inputs = typeof inputs extends InputDefinition<infer Values> ? Values : never;

/** A path, which is required. */
function path(): SyncParser<string> {
  return { parse: (given) => given };
}

/** From 0 to 1, such as `0.8`. */
function fraction(): SyncParser<number> {
  return {
    parse: (given) => {
      const value = /^(\d+(\.\d+)?|\.\d+)$/.test(given) ? Number(given) : Number.NaN;
      if (value >= 0 && value <= 1) return value;
      throw new InvalidValue('is no share from 0 to 1', 'Write a number such as 0.8.');
    },
  };
}

/** Minutes, which may have a fraction, as milliseconds. */
function minutes(): SyncParser<number> {
  return {
    parse: (given) => {
      const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
      if (value > 0 && value <= 7 * 24 * 60) return value * 60_000;
      throw new InvalidValue('is no number of minutes', 'Write a number such as 20 or 0.5.');
    },
  };
}
