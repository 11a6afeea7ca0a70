import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** The HTTP methods that a check may use. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

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

/** Whether the value of a header, parameter or variable with this name is a secret. */
export function isSensitiveName(name: string): boolean {
  return /auth|cookie|token|secret|passw|pwd|jwt|session|credential|key$|signature|^(?:sig|code)$/i.test(
    name,
  );
}

/** The value of a sensitive header, with and without its scheme. */
export function getHeaderSecrets(value: string): readonly string[] {
  return [value, value.replace(/^\w+ +/, '')].filter((secret) => secret !== '');
}
