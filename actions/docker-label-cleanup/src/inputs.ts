import { InvalidValue } from '@repo/core/errors/invalid-value';
import { boolean } from '@repo/core/inputs/boolean';
import { defineInputs, type InputDefinition } from '@repo/core/inputs/define-inputs';
import { duration } from '@repo/core/inputs/duration';
import { type FailOn, failOnInput } from '@repo/core/inputs/fail-on';
import { integer } from '@repo/core/inputs/integer';
import { list } from '@repo/core/inputs/list';
import { oneOf } from '@repo/core/inputs/one-of';
import { optional, type SyncParser } from '@repo/core/inputs/parser';
import { sharedInputs } from '@repo/core/inputs/shared-inputs';
import { text } from '@repo/core/inputs/text';
import { dockerHost } from '@repo/docker/endpoint';
import { diskThreshold } from './disk-threshold.ts';
import { protectLines } from './protect.ts';
import { selector } from './selector.ts';

/** `fail` means the same as `error`; it is the word that all actions know. */
export const failOn = {
  never: [],
  error: ['fail', 'unknown'],
  fail: ['fail', 'unknown'],
  leftover: ['fail', 'unknown', 'warn'],
} satisfies FailOn;

export const RESOURCES = ['containers', 'images', 'networks', 'volumes', 'build-cache'] as const;
export type Resource = (typeof RESOURCES)[number];

/** Ages are no timers: years are fine. */
const LONGEST_AGE_MS = 100 * 365 * 86_400_000;

const parsers = {
  mode: oneOf(['apply', 'plan', 'lint', 'setup']),
  labels: selector(),
  protect: protectLines(),
  'label-source': oneOf(['any', 'own']),
  resources: resources(),
  // Not empty: a variable that is not set would allow each tag.
  tags: { parse: list(text()).parse },
  owner: oneOf(['any', 'run']),
  'min-age': duration({ max: LONGEST_AGE_MS }),
  'keep-last': integer({ min: 0, max: 1_000_000 }),
  'max-deletions': integer({ min: 1, max: 1_000_000 }),
  running: oneOf(['remove', 'skip']),
  'anonymous-volumes': boolean(),
  'build-cache-older-than': optional(duration({ max: LONGEST_AGE_MS })),
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
            problem: 'is empty, which would select everything on the daemon',
            remedy: 'Write the labels that CI gives to what it makes: environment=testing.',
          },
  },
  {
    reads: ['mode', 'labels'],
    check: ({ mode, labels }) =>
      mode !== 'setup' || labels.length < 2
        ? undefined
        : {
            where: 'labels',
            problem: 'has several groups, but mode: setup gives one set of labels to all',
            remedy: 'Leave one group: no line "or".',
          },
  },
  {
    reads: ['mode', 'composeFiles'],
    check: ({ mode, composeFiles }) =>
      mode !== 'lint' || composeFiles.length > 0
        ? undefined
        : {
            where: 'compose-files',
            problem: 'names no file, and mode: lint looks into nothing else',
            remedy: 'Write compose-files: compose.yml, one a line.',
          },
  },
  {
    reads: ['resources', 'buildCacheOlderThan'],
    check: ({ resources: given, buildCacheOlderThan }) =>
      given.has('build-cache') === (buildCacheOlderThan !== undefined)
        ? undefined
        : {
            where: 'build-cache-older-than',
            problem: given.has('build-cache')
              ? 'is missing, and build cache has no labels to select it by'
              : 'is set, but build-cache is not among the resources',
            remedy: 'Give both: resources: …,build-cache and build-cache-older-than: 7d.',
          },
  },
  {
    reads: ['host', 'context'],
    check: ({ host, context }) =>
      host === undefined || context === ''
        ? undefined
        : {
            where: 'context',
            problem: 'is set, and host as well',
            remedy: 'Give the one or the other.',
          },
  },
  {
    reads: ['tlsCert', 'tlsKey'],
    check: ({ tlsCert, tlsKey }) =>
      (tlsCert === '') === (tlsKey === '')
        ? undefined
        : {
            where: tlsCert === '' ? 'tls-cert' : 'tls-key',
            problem: 'is missing beside its other half',
            remedy: 'A client certificate needs both tls-cert and tls-key.',
          },
  },
]);

export type Inputs = typeof inputs extends InputDefinition<infer Values> ? Values : never;

/** `containers,images`; lines do as well as commas. */
function resources(): SyncParser<ReadonlySet<Resource>> {
  return {
    parse: (given) => {
      const words = given.split(/[\s,]+/).filter((word) => word !== '');
      const unknown = words.filter((word) => !RESOURCES.some((resource) => resource === word));
      const remedy = `Write some of ${RESOURCES.join(', ')}, separated by commas.`;
      if (unknown.length > 0) {
        throw new InvalidValue(`names an unknown resource: ${unknown.join(', ')}`, remedy);
      }
      if (words.length === 0) throw new InvalidValue('names no resource', remedy);
      return new Set(words as Resource[]);
    },
  };
}
