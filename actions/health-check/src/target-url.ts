import { InvalidValue } from '@repo/core/errors/invalid-value';
import { secretsOfUrl } from '@repo/core/inputs/http-url';
import type { SyncParser } from '@repo/core/inputs/parser';
import { kindOfScheme, schemes } from './kinds/registry.ts';

/** A target whose scheme names the kind of check. */
export interface TargetUrl {
  readonly kind: string;
  readonly url: URL;
}

/** `https://example.com/health`, `tcp://db:5432`, `tls://example.com:443`. */
export function targetUrl(): SyncParser<TargetUrl> {
  return {
    parse: (given) => {
      if (!URL.canParse(given)) {
        throw new InvalidValue(
          'is not a URL',
          'Write a whole address: https://example.com/health, tcp://db:5432.',
        );
      }
      const url = new URL(given);
      const scheme = url.protocol.slice(0, -1);
      const kind = kindOfScheme(scheme);
      if (kind === undefined) {
        throw new InvalidValue(
          `has the unknown scheme ${scheme}`,
          `Use one of ${schemes().join(', ')}.`,
        );
      }
      if (url.hostname === '')
        throw new InvalidValue('names no host', `Write ${scheme}://host:port.`);
      if (kind !== 'http' && url.port === '') {
        throw new InvalidValue('names no port', `Write ${scheme}://${url.hostname}:port.`);
      }
      return { kind, url };
    },
    secrets: secretsOfUrl,
  };
}
