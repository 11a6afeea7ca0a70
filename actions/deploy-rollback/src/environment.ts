import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** Longest name that GitHub takes. */
const LONGEST = 255;

/** The name of an environment: it becomes a folder, a part of a ref and a value on GitHub. */
export function environmentName(): SyncParser<string> {
  return {
    parse: (given) => {
      if (given.length > LONGEST)
        throw new InvalidValue('is too long', 'GitHub takes 255 characters.');
      if (
        /^[a-z0-9](?:[a-z0-9 ._/-]*[a-z0-9])?$/i.test(given) &&
        !/\.\.|\/\/|\.lock\b/.test(given)
      ) {
        return given;
      }
      throw new InvalidValue(
        'is no name of an environment',
        'Write letters, digits and . _ - / between them: production, eu-west/production.',
      );
    },
  };
}

/** An environment as the name of one folder. */
export function folderOf(environment: string): string {
  return encodeURIComponent(environment);
}
