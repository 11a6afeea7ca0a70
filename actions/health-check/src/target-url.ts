import { InvalidValue } from '@repo/core/errors/invalid-value';
import { secretsOfUrl } from '@repo/core/inputs/http-url';
import type { SyncParser } from '@repo/core/inputs/parser';
import { findKindByScheme, getRequiredParts, listSchemes } from './kinds/registry.ts';

/** A target; the scheme of its URL determines the kind of check. */
export interface TargetUrl {
  readonly kind: string;
  readonly url: URL;
}

const PARTS = { host: 'hostname', port: 'port' } as const;

/** `https://example.com/health`, `tcp://db:5432`, `tls://example.com:443`. */
export function targetUrl(): SyncParser<TargetUrl> {
  return {
    parse: (given) => {
      // The URL parser would accept a space as a part of the path.
      if (/\s/.test(given)) {
        throw new InvalidValue('contains a space', 'Write one URL per line, and spaces as %20.');
      }
      if (!URL.canParse(given)) {
        throw new InvalidValue(
          'is not a URL',
          'Write a complete URL: https://example.com/health, tcp://db:5432.',
        );
      }
      const url = new URL(given);
      const scheme = url.protocol.slice(0, -1);
      const kind = findKindByScheme(scheme);
      if (kind === undefined && !given.includes('://')) {
        throw new InvalidValue('has no scheme', 'Write http://host:port or tcp://host:port.');
      }
      if (kind === undefined) {
        throw new InvalidValue(
          `has the unknown scheme ${scheme}`,
          `Use one of ${listSchemes().join(', ')}.`,
        );
      }
      const needs = getRequiredParts(kind);
      const missing = needs.find((part) => url[PARTS[part]] === '');
      if (missing !== undefined) {
        throw new InvalidValue(`has no ${missing}`, `Write ${scheme}://${needs.join(':')}.`);
      }
      return { kind, url };
    },
    // A single user name in a URL is a token for web servers, but not for databases.
    secrets: (given) => (/^(https?|wss?):/i.test(given) ? secretsOfUrl(given) : passwordOf(given)),
  };
}

function passwordOf(given: string): readonly string[] {
  return URL.canParse(given) && new URL(given).password !== '' ? secretsOfUrl(given) : [];
}
