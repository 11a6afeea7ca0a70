import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** `1.14.1`, of the letters that versions have: it becomes a part of an address. Empty: none. */
export function engineVersion(): SyncParser<string> {
  return {
    parse: (given) => {
      const version = given.replace(/^v/, '');
      if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return version;
      throw new InvalidValue('is no version of sing-box', 'Write one such as 1.14.1.');
    },
    empty: () => '',
  };
}

/** A SHA-256 in hexadecimal, in lower case; empty: none. */
export function sha256(): SyncParser<string> {
  return {
    parse: (given) => {
      if (/^[\da-f]{64}$/i.test(given)) return given.toLowerCase();
      throw new InvalidValue('is no SHA-256', 'Write the 64 hexadecimal digits of the archive.');
    },
    empty: () => '',
  };
}
