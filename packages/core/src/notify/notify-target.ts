import { InvalidValue } from '../errors/invalid-value.ts';
import { basicCredentials, secretsOfUrl } from '../inputs/http-url.ts';
import type { SyncParser } from '../inputs/parser.ts';

export const SERVICES = ['slack', 'discord', 'teams', 'webhook'] as const;

/** Where a notification goes. The URL is a secret, because it permits posting. */
export interface NotifyTarget {
  readonly service: (typeof SERVICES)[number];
  /** Without credentials. */
  readonly url: string;
  /** The value of the `Authorization` header, for a URL with credentials. */
  readonly authorization?: string;
}

/** `slack=https://hooks.slack.com/…` */
export function notifyTarget(): SyncParser<NotifyTarget> {
  return {
    parse: (given) => {
      const { service, url } = split(given);
      if (service !== undefined && URL.canParse(url) && /^https?:/.test(url)) {
        return { service, ...splitCredentials(url) };
      }
      throw new InvalidValue(
        service === undefined ? 'does not name a known service' : 'has no URL after the "="',
        `Write ${SERVICES.map((one) => `${one}=URL`).join(', ')}, one per line.`,
      );
    },
    secrets: (given) => {
      const { service, url } = split(given);
      if (service === undefined || url === '') return [given];
      if (!URL.canParse(url)) return [url];
      const { authorization, url: bare } = splitCredentials(url);
      return authorization === undefined
        ? [url]
        : [url, bare, ...secretsOfUrl(url), authorization.replace('Basic ', '')];
    },
  };
}

function splitCredentials(given: string): Pick<NotifyTarget, 'url' | 'authorization'> {
  const url = new URL(given);
  const authorization = basicCredentials(url);
  // The unchanged text, because the runner masks exactly this text.
  if (authorization === undefined) return { url: given };
  url.username = '';
  url.password = '';
  return { url: url.href, authorization };
}

function split(given: string): { service: NotifyTarget['service'] | undefined; url: string } {
  const [name = '', ...rest] = given.split('=');
  return {
    service: SERVICES.find((candidate) => candidate === name.trim()),
    url: rest.join('=').trim(),
  };
}
