import { boolean } from '@repo/core/inputs/boolean';
import { defineInputs, type InputDefinition } from '@repo/core/inputs/define-inputs';
import { duration } from '@repo/core/inputs/duration';
import { type FailOn, failOnInput } from '@repo/core/inputs/fail-on';
import { httpUrl } from '@repo/core/inputs/http-url';
import { integer } from '@repo/core/inputs/integer';
import { limit } from '@repo/core/inputs/limit';
import { list } from '@repo/core/inputs/list';
import { oneOf } from '@repo/core/inputs/one-of';
import { optional, secret } from '@repo/core/inputs/parser';
import { sharedInputs } from '@repo/core/inputs/shared-inputs';
import { text } from '@repo/core/inputs/text';
import { words } from '@repo/core/inputs/words';
import {
  badReleaseSpec,
  environmentName,
  fullSha,
  strategies,
  targetSpec,
  verifyChecks,
} from './input-parsers.ts';
import { LEDGERS } from './ledger/registry.ts';

export const failOn = {
  fail: ['fail', 'unknown'],
  warn: ['fail', 'unknown', 'warn'],
  never: [],
} satisfies FailOn;

export const MODES = [
  'snapshot',
  'rollback',
  'resolve',
  'mark',
  'check',
  'unfreeze',
  'guard',
] as const;

const parsers = {
  mode: oneOf(MODES),
  environment: environmentName(),
  environments: list(environmentName()),
  strategies: strategies(),
  target: targetSpec(),
  'bad-release': badReleaseSpec(),
  revision: optional(fullSha()),
  mark: oneOf(['good', 'bad']),
  reason: text(),
  'allowed-ref': text(),
  'max-depth': integer({ min: 1, max: 100 }),
  'max-attempts': integer({ min: 1, max: 20 }),
  'max-rollbacks': limit(),
  'verify-url': optional(httpUrl()),
  'verify-checks': verifyChecks(),
  'verify-command': optional(words()),
  'expect-identity': text(),
  'verify-deadline': duration({ min: 1 }),
  'on-exhausted': oneOf(['restore-current', 'stop']),
  freeze: boolean(),
  'lock-timeout': duration(),
  'state-dir': text(),
  keep: integer({ min: 1, max: 1_000 }),
  'dry-run': boolean(),
  'fail-after-rollback': boolean(),
  ledger: oneOf(['auto', ...LEDGERS]),
  'incident-issue': boolean(),
  'github-token': secret(text()),
  'job-status': text(),
  'fail-on': failOnInput(failOn),
  ...sharedInputs,
};

/** The modes that take or restore a snapshot. */
const NEED_STRATEGIES: ReadonlySet<string> = new Set(['snapshot', 'rollback', 'resolve', 'guard']);

export const inputs = defineInputs(parsers, [
  {
    reads: ['mode', 'strategies'],
    check: ({ mode, strategies: given }) =>
      given.length > 0 || !NEED_STRATEGIES.has(mode)
        ? undefined
        : {
            where: 'strategies',
            problem: `is required with mode: ${mode}`,
            remedy: 'List what to restore: - files: {paths: [.env]}.',
          },
  },
  {
    reads: ['environment', 'environments'],
    check: ({ environment, environments }) =>
      environments.length === 0 || environments.includes(environment)
        ? undefined
        : {
            where: 'environment',
            given: environment,
            problem: 'is not in environments',
            remedy: `Use ${environments.join(' or ')}, or add it to environments.`,
          },
  },
  {
    reads: ['expectIdentity', 'verifyUrl'],
    check: ({ expectIdentity, verifyUrl }) =>
      expectIdentity === '' || verifyUrl !== undefined
        ? undefined
        : {
            where: 'expect-identity',
            problem: 'requires verify-url',
            remedy: 'Set verify-url to the URL that reports the version.',
          },
  },
  {
    reads: ['stateDir'],
    check: ({ stateDir }) =>
      stateDir !== ''
        ? undefined
        : {
            where: 'state-dir',
            problem: 'is empty',
            remedy: 'Set it to a persistent folder outside the workspace.',
          },
  },
]);

export type Inputs = typeof inputs extends InputDefinition<infer Values> ? Values : never;
