import type { VMess } from '../endpoint/endpoint.ts';
import { decodeBase64 } from './base64.ts';
import { InvalidLink } from './invalid-link.ts';
import { decodePercent, type Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { parseVmessJson } from './vmess-json.ts';
import { parseVmessUrl } from './vmess-url.ts';

/**
 * `vmess://base64(JSON)` (https://github.com/2dust/v2rayN/wiki/Description-of-VMess-share-link),
 * `vmess://uuid@host:port?type=…`, or `vmess://base64(security:uuid@host:port)?obfs=…`.
 */
export function parseVmess(link: Link): NamedEndpoint<VMess> {
  if (link.user !== undefined) return parseVmessUrl(link);
  const text = decodeBase64(decodePercent(link.body).replace(/\/$/, ''))?.trim();
  if (text === undefined) throw new InvalidLink('it is neither base64 nor uuid@host:port');
  if (text.startsWith('{')) return parseVmessJson(text, link.remarks);
  const parts = /^([^:@]*):([^@]*)@(.*)$/s.exec(text);
  if (!parts) throw new InvalidLink('its base64 is neither JSON nor security:uuid@host:port');
  const [, security = '', user = '', authority = ''] = parts;
  return parseVmessUrl({ ...link, user, authority, query: renameParameters(link, security) });
}

/** The parameters of the third form under the names of the second. */
function renameParameters({ query }: Link, security: string): Link['query'] {
  const network = query.get('obfs') ?? '';
  const named: [string, string | undefined][] = [
    ...query,
    ['encryption', security],
    ['type', network === 'none' ? '' : network],
    ['host', query.get('obfsparam')],
    ['security', query.get('tls') === '1' ? 'tls' : undefined],
    ['aid', query.get('alterid')],
  ];
  return new Map(named.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
