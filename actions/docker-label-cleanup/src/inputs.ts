import { boolean } from '@repo/core/inputs/boolean';
import { defineInputs, type InputDefinition } from '@repo/core/inputs/define-inputs';
import { duration } from '@repo/core/inputs/duration';
import { type FailOn, failOnInput } from '@repo/core/inputs/fail-on';
import { integer } from '@repo/core/inputs/integer';
import { list } from '@repo/core/inputs/list';
import { oneOf } from '@repo/core/inputs/one-of';
import { optional } from '@repo/core/inputs/parser';
import { sharedInputs } from '@repo/core/inputs/shared-inputs';
import { text } from '@repo/core/inputs/text';
import { dockerHost } from '@repo/docker/endpoint';
import { diskThreshold, labelSelector, protectLines, resources } from './input-parsers.ts';

/** `fail` means the same as `error`; all actions accept `fail`. */
export const failOn = {
  never: [],
  error: ['fail', 'unknown'],
  fail: ['fail', 'unknown'],
  leftover: ['fail', 'unknown', 'warn'],
} satisfies FailOn;

/** Ages may be longer than the timers that durations are otherwise limited to. */
const MAX_AGE_MS = 100 * 365 * 86_400_000;

const parsers = {
  mode: oneOf(['apply', 'plan', 'lint', 'setup']),
  labels: labelSelector(),
  protect: protectLines(),
  'label-source': oneOf(['any', 'own']),
  resources: resources(),
  // Required: an unset variable would allow every tag.
  tags: { parse: list(text()).parse },
  owner: oneOf(['any', 'run']),
  'min-age': duration({ max: MAX_AGE_MS }),
  'keep-last': integer({ min: 0, max: 1_000_000 }),
  'max-deletions': integer({ min: 1, max: 1_000_000 }),
  running: oneOf(['remove', 'skip']),
  'anonymous-volumes': boolean(),
  'build-cache-older-than': optional(duration({ max: MAX_AGE_MS })),
  'disk-threshold': optional(diskThreshold()),

  host: optional(dockerHost()),
  context: text(),
  'tls-ca': text(),
  'tls-cert': text(),
  'tls-key': text(),
  concurrency: optional(integer({ min: 1, max: 256 })),
  retries: integer({ min: 0, max: 100 }),
  timeout: duration({ min: 1 }),

  when: oneOf(['main', 'post', 'both']),
  'plan-file': text(),
  'compose-files': list(text()),
  'fail-on': failOnInput(failOn),
  ...sharedInputs,
};

export const inputs = defineInputs(parsers, [
  {
    reads: ['mode', 'labels', 'owner'],
    check: ({ mode, labels, owner }) =>
      labels.length > 0 || mode === 'setup' || (mode !== 'lint' && owner === 'run')
        ? undefined
        : {
            where: 'labels',
            problem: 'is required: without labels, every object on the daemon would be selected',
            remedy:
              'Give the labels of the objects that CI creates, for example environment=testing.',
          },
  },
  {
    reads: ['mode', 'labels'],
    check: ({ mode, labels }) =>
      mode !== 'setup' || labels.length < 2
        ? undefined
        : {
            where: 'labels',
            problem: 'has several groups, but mode: setup needs exactly one',
            remedy: 'Remove the "or" lines.',
          },
  },
  {
    reads: ['mode', 'composeFiles'],
    check: ({ mode, composeFiles }) =>
      mode !== 'lint' || composeFiles.length > 0
        ? undefined
        : {
            where: 'compose-files',
            problem: 'is required with mode: lint',
            remedy: 'Write compose-files: compose.yml, one path per line.',
          },
  },
  {
    reads: ['resources', 'buildCacheOlderThan'],
    check: ({ resources, buildCacheOlderThan }) =>
      resources.has('build-cache') === (buildCacheOlderThan !== undefined)
        ? undefined
        : {
            where: 'build-cache-older-than',
            problem: resources.has('build-cache')
              ? 'is required with resources: build-cache, because build cache has no labels'
              : 'is set, but resources does not contain build-cache',
            remedy: 'Set both: resources: …,build-cache and build-cache-older-than: 7d.',
          },
  },
  {
    reads: ['host', 'context'],
    check: ({ host, context }) =>
      host === undefined || context === ''
        ? undefined
        : {
            where: 'context',
            problem: 'cannot be combined with host',
            remedy: 'Set either host or context.',
          },
  },
  {
    reads: ['tlsCert', 'tlsKey'],
    check: ({ tlsCert, tlsKey }) =>
      (tlsCert === '') === (tlsKey === '')
        ? undefined
        : {
            where: tlsCert === '' ? 'tls-cert' : 'tls-key',
            problem: `is required with ${tlsCert === '' ? 'tls-key' : 'tls-cert'}`,
            remedy: 'A client certificate needs both tls-cert and tls-key.',
          },
  },
]);

export type Inputs = typeof inputs extends InputDefinition<infer Values> ? Values : never;
