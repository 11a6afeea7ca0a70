import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { Parser, SyncParser } from '@repo/core/inputs/parser';
import { block } from '@repo/core/inputs/text';
import { FULL_SHA } from './revision.ts';
import type { Strategy } from './strategies/strategy.ts';
import type { VerifyCheck } from './verify/verify-check.ts';

/** The longest name of an environment on GitHub. */
const MAX_ENVIRONMENT_LENGTH = 255;

/** The name of an environment. It becomes a folder, a part of a ref and a value on GitHub. */
export function environmentName(): SyncParser<string> {
  return {
    parse: (given) => {
      if (given.length > MAX_ENVIRONMENT_LENGTH) {
        throw new InvalidValue('is too long', 'Use at most 255 characters.');
      }
      if (
        /^[a-z0-9](?:[a-z0-9 ._/-]*[a-z0-9])?$/i.test(given) &&
        !/\.\.|\/\/|\.lock\b/.test(given)
      ) {
        return given;
      }
      throw new InvalidValue(
        'is not a valid name of an environment',
        'Use letters, digits and . _ - / between them: production, eu-west/production.',
      );
    },
  };
}

/** The release to restore: the last good one, or a release by one of its names. */
export type TargetSpec =
  | { readonly kind: 'auto' }
  | { readonly kind: 'named'; readonly name: string };

/** `auto`, a SHA of at least 7 digits, the number of a deployment, or the id of a snapshot. */
export function targetSpec(): SyncParser<TargetSpec> {
  return {
    parse: (given) => {
      if (given === 'auto') return { kind: 'auto' };
      if (/^[\w.-]{1,100}$/.test(given)) return { kind: 'named', name: given };
      throw new InvalidValue(
        'is not a valid target',
        'Use auto, a SHA, or the id of a deployment or a snapshot.',
      );
    },
  };
}

/** The bad release: that of the job, the one that runs according to the ledger, or a SHA. */
export type BadReleaseSpec =
  | { readonly kind: 'job' }
  | { readonly kind: 'running' }
  | { readonly kind: 'sha'; readonly sha: string };

/** A SHA or `running`. Empty means the SHA of the job. */
export function badReleaseSpec(): SyncParser<BadReleaseSpec> {
  return {
    parse: (given) =>
      given === 'running' ? { kind: 'running' } : { kind: 'sha', sha: fullSha().parse(given) },
    empty: () => ({ kind: 'job' }),
  };
}

/** A complete commit SHA, in lower case. */
export function fullSha(): SyncParser<string> {
  return {
    parse: (given) => {
      const sha = given.toLowerCase();
      if (FULL_SHA.test(sha)) return sha;
      throw new InvalidValue('is not a complete commit SHA', 'Use all 40 digits.');
    },
  };
}

/** Loaded on demand, because it needs the schema library and the strategies. */
export function strategies(): Parser<readonly Strategy[]> {
  return {
    ...block(),
    parse: async (given) => (await import('./strategies/read-strategies.ts')).readStrategies(given),
    empty: () => [],
  };
}

/** Loaded on demand, like the strategies. */
export function verifyChecks(): Parser<readonly VerifyCheck[]> {
  return {
    ...block(),
    parse: async (given) => (await import('./verify/verify-checks.ts')).parseVerifyChecks(given),
    empty: () => [],
  };
}
