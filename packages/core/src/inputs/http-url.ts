import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/** An absolute http or https URL. A password or token in it is masked. */
export function httpUrl(): SyncParser<URL> {
  return {
    parse: (given) => {
      const remedy = 'Write a complete URL: https://example.com/health.';
      if (!URL.canParse(given)) throw new InvalidValue('is not a URL', remedy);
      const url = new URL(given);
      if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw new InvalidValue(`has the scheme ${url.protocol.slice(0, -1)}`, remedy);
      }
      return url;
    },
    secrets: secretsOfUrl,
  };
}

/**
 * The password of a URL, or else the user (a token), encoded and decoded. Empty if
 * the URL has neither.
 */
export function secretsOfUrl(url: string): readonly string[] {
  if (!URL.canParse(url)) return [];
  const { username, password } = new URL(url);
  const secret = password || username;
  if (secret === '') return [];
  try {
    return [secret, decodeURIComponent(secret)];
  } catch {
    return [secret];
  }
}

/** The value of a Basic `Authorization` header for the credentials in a URL (RFC 7617). */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // The URL parser accepts a single `%`.
    return text;
  }
}
