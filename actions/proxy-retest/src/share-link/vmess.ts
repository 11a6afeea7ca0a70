import type { VMess } from '../endpoint/endpoint.ts';
import { decodeBase64 } from './base64.ts';
import { parseHostAndPort, parseUserId } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import { decodePercent, type Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { parseTls } from './tls.ts';
import { parseQueryTransport } from './transport.ts';
import { parseAlterId, parseCipher } from './vmess-cipher.ts';
import { parseVmessJson } from './vmess-json.ts';

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

/** Renames the parameters of the third form to those of the second. */
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

/** `vmess://uuid@host:port?encryption=auto&type=ws&security=tls`, similar to VLESS. */
function parseVmessUrl(link: Link): NamedEndpoint<VMess> {
  const { query } = link;
  return {
    endpoint: {
      protocol: 'vmess',
      ...parseHostAndPort(link.authority),
      uuid: parseUserId(link.user ?? ''),
      alterId: parseAlterId(query.get('aid') ?? query.get('alterid')),
      security: parseCipher(query.get('encryption') ?? ''),
      tls: parseTls(query, 'none'),
      transport: parseQueryTransport(query),
    },
    remarks: link.remarks || (query.get('remarks') ?? ''),
  };
}
