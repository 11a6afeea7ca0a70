import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** `host:port=address`, asked before DNS; as the host is looked up: in lower case, without brackets. */
export function resolveOverride(): SyncParser<readonly [endpoint: string, address: string]> {
  return {
    parse: (given) => {
      const [, host, port = '', address = ''] = /^([^=\s]+):(\d+)=(.+)$/.exec(given) ?? [];
      const bare = withoutBrackets(address);
      if (host === undefined || !isAddress(bare)) {
        throw new InvalidValue('is no host:port=address', 'Write example.com:443=192.0.2.1.');
      }
      return [`${withoutBrackets(host).toLowerCase()}:${Number(port)}`, bare];
    },
  };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** Told by the URL parser: `node:net` would cost a tenth of the start of every run. */
function isAddress(text: string): boolean {
  const isV4 = /^\d+(\.\d+){3}$/.test(text) && URL.canParse(`http://${text}/`);
  return isV4 || (text.includes(':') && URL.canParse(`http://[${text}]/`));
}
