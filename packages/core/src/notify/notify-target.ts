import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from '../inputs/parser.ts';

export const SERVICES = ['slack', 'discord', 'teams', 'webhook'] as const;

/** Where a notification goes. The URL is a secret, because it permits posting. */
export interface NotifyTarget {
  readonly service: (typeof SERVICES)[number];
  readonly url: string;
}

/** `slack=https://hooks.slack.com/…` */
export function notifyTarget(): SyncParser<NotifyTarget> {
  return {
    parse: (given) => {
      const { service, url } = split(given);
      if (service !== undefined && URL.canParse(url) && /^https?:/.test(url))
        return { service, url };
      throw new InvalidValue(
        service === undefined ? 'does not name a known service' : 'has no URL after the "="',
        `Write ${SERVICES.map((one) => `${one}=URL`).join(', ')}, one per line.`,
      );
    },
    secrets: (given) => {
      const { service, url } = split(given);
      return [service === undefined || url === '' ? given : url];
    },
  };
}

function split(given: string): { service: NotifyTarget['service'] | undefined; url: string } {
  const [name = '', ...rest] = given.split('=');
  return {
    service: SERVICES.find((candidate) => candidate === name.trim()),
    url: rest.join('=').trim(),
  };
}
