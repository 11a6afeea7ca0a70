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
      return isSensitive(name) ? secretsOfHeader(value.trim()) : [];
    },
  };
}

export function headerName(): SyncParser<string> {
  return {
    parse: (given) => {
      if (/^[!#$%&'*+\-.^_`|~\w]+$/.test(given)) return given;
      throw new InvalidValue('has a name that HTTP does not allow', 'Write Name: value.');
    },
  };
}

export function headerValue(): SyncParser<string> {
  return {
    parse: (given) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
      if (!/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(given)) return given;
      throw new InvalidValue('has a value that HTTP does not allow', 'Use printable Latin-1 text.');
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

/** Whether what has this name must not be seen. */
export function isSensitive(name: string): boolean {
  return /auth|cookie|token|secret|passw|credential|api-?key|signature|^sig$/i.test(name);
}

/** The value of a sensitive header, with and without its scheme. */
export function secretsOfHeader(value: string): readonly string[] {
  return [value, value.replace(/^\w+ +/, '')].filter((one) => one !== '');
}
