import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/** An absolute http or https URL. A user and password within it are masked. */
export function httpUrl(): SyncParser<URL> {
  return {
    parse: (given) => {
      const remedy = 'Write a whole address: https://example.com/health.';
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

/** The password within a URL, as it stands there and decoded; nothing where there is none. */
export function secretsOfUrl(url: string): readonly string[] {
  if (!URL.canParse(url)) return [];
  const { password } = new URL(url);
  if (password === '') return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
