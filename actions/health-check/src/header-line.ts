import {
  getHeaderSecrets,
  headerName,
  headerValue,
  isSensitiveName,
} from '@repo/checks/kinds/http-syntax';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { type KeyValue, keyValue } from '@repo/core/inputs/key-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** `Name: value`, with a name and a value that HTTP can carry. */
export function headerLine(): SyncParser<KeyValue> {
  const line = keyValue(':');
  return {
    parse: (given) => {
      const [name, value] = line.parse(given);
      return [headerName().parse(name), headerValue().parse(value)];
    },
    secrets: (given) => {
      const [name, value = ''] = split(given);
      return isSensitiveName(name) ? getHeaderSecrets(value.trim()) : [];
    },
  };
}

/** `user:password`, both of them as they stand in the Authorization header later. */
export function basicAuth(): SyncParser<KeyValue> {
  return {
    parse: (given) => {
      const [user, password] = split(given);
      if (user === '' || password === undefined) {
        throw new InvalidValue('has no ":" after a user', 'Write user:password.');
      }
      return [user, password];
    },
    // What cannot be read may be a password alone.
    secrets: (given) => [given, split(given)[1] ?? ''].filter((one) => one !== ''),
  };
}

function split(given: string): readonly [name: string, value?: string] {
  const [, name = given, value] = /^([^:]*):(.*)$/s.exec(given) ?? [];
  return value === undefined ? [name] : [name, value];
}
