import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

const FULL_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A whole commit SHA, in lower case. */
export function fullSha(): SyncParser<string> {
  return {
    parse: (given) => {
      const sha = given.toLowerCase();
      if (FULL_SHA.test(sha)) return sha;
      throw new InvalidValue('is no whole commit SHA', 'Write all 40 digits of it.');
    },
  };
}

export function isFullSha(text: string): boolean {
  return FULL_SHA.test(text);
}

/** What people call a release: `a1b2c3d`, or where nothing is known about it, so. */
export function shortSha(revision: string): string {
  return revision === '' ? 'what ran before the first record' : revision.slice(0, 7);
}
