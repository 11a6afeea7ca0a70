import { boolean } from '@repo/core/inputs/boolean';
import { defineInputs, type InputDefinition } from '@repo/core/inputs/define-inputs';
import { duration } from '@repo/core/inputs/duration';
import { type FailOn, failOnInput } from '@repo/core/inputs/fail-on';
import { httpUrl } from '@repo/core/inputs/http-url';
import { integer } from '@repo/core/inputs/integer';
import { list } from '@repo/core/inputs/list';
import { oneOf } from '@repo/core/inputs/one-of';
import { optional, secret } from '@repo/core/inputs/parser';
import { sharedInputs } from '@repo/core/inputs/shared-inputs';
import { text } from '@repo/core/inputs/text';
import {
  dropAfter,
  durations,
  engineVersion,
  extraFile,
  fraction,
  path,
  sha256,
  shard,
  statusRanges,
} from './input-parsers.ts';
import { LIST_FORMATS } from './list/list-format.ts';

export const failOn = {
  fail: ['fail', 'unknown'],
  warn: ['fail', 'unknown', 'warn'],
  never: [],
} satisfies FailOn;

const DAY_MS = 86_400_000;
/** Ages are compared, never waited for, so they may exceed the limit of timers. */
const MAX_AGE_MS = 100 * 365 * DAY_MS;
const MAX_LATENCY_MS = 600_000;

const parsers = {
  list: path(),
  format: oneOf(['auto', ...LIST_FORMATS]),
  output: text(),
  outputs: list(extraFile()),
  state: text(),
  'state-store': oneOf(['file', 'cache']),
  mode: oneOf(['retest', 'plan', 'shard', 'merge']),
  shard: optional(shard()),
  shards: integer({ min: 1, max: 256 }),
  results: list(text()),

  select: oneOf(['smart', 'all', 'failed']),
  'max-age': duration({ max: MAX_AGE_MS }),
  'min-health': fraction(),
  'slow-latency': duration({ min: 1, max: MAX_LATENCY_MS }),
  'max-latency': duration({ min: 1, max: MAX_LATENCY_MS }),

  budget: duration({ min: 1, max: 7 * DAY_MS }),
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
  'check-targets': boolean(),
  'min-retain-ratio': fraction(),
  'drop-after': dropAfter(),
  'allow-private': boolean(),

  engine: oneOf(['auto', 'none', 'sing-box']),
  'engine-path': text(),
  'engine-version': engineVersion(),
  'engine-sha256': sha256(),
  'engine-url': httpUrl(),
  mmdb: list(text()),

  'existing-fields-only': boolean(),
  commit: boolean(),
  'commit-message': text(),
  'github-token': secret(optional(text())),
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
            problem: 'needs at least two URLs, because a proxy is dead only after failing on two',
            remedy: 'Write two URLs of independent services, one per line.',
          },
  },
  {
    reads: ['mode', 'results'],
    check: ({ mode, results }) =>
      mode !== 'merge' || results.length > 0
        ? undefined
        : {
            where: 'results',
            problem: 'is required with mode: merge',
            remedy: 'Write results: results/*.ndjson.',
          },
  },
  {
    reads: ['mode', 'shard'],
    check: ({ mode, shard: part }) =>
      part === undefined || mode === 'retest' || mode === 'plan'
        ? undefined
        : {
            where: 'shard',
            problem: `cannot be used with mode: ${mode}`,
            remedy: 'Remove it here; mode: shard takes shards.',
          },
  },
  {
    reads: ['engineVersion', 'engineSha256'],
    check: ({ engineVersion: version, engineSha256: checksum }) =>
      (version === '') === (checksum === '')
        ? undefined
        : {
            where: version === '' ? 'engine-version' : 'engine-sha256',
            problem: 'is missing; a download requires both a version and a checksum',
            remedy: 'Set engine-version and engine-sha256 together.',
          },
  },
  {
    reads: ['commit', 'shard'],
    check: ({ commit, shard: part }) =>
      !commit || part === undefined
        ? undefined
        : {
            where: 'commit',
            problem: 'cannot be used with shard, because a shard does not write the list',
            remedy: 'Commit in the job with mode: merge.',
          },
  },
]);

export type Inputs = typeof inputs extends InputDefinition<infer Values> ? Values : never;
