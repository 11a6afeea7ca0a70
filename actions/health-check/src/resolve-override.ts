import { isIP } from 'node:net';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** `host:port=address`, asked before DNS. */
export function resolveOverride(): SyncParser<readonly [endpoint: string, address: string]> {
  return {
    parse: (given) => {
      const [, endpoint, address = ''] = /^([^=\s]+:\d+)=(.+)$/.exec(given) ?? [];
      const bare = address.replace(/^\[(.*)\]$/, '$1');
      if (endpoint === undefined || isIP(bare) === 0) {
        throw new InvalidValue('is no host:port=address', 'Write example.com:443=192.0.2.1.');
      }
      return [endpoint, bare];
    },
  };
}
