import type { VMess } from '../endpoint/endpoint.ts';
import { hostAndPort, userId } from './field-parsers.ts';
import type { Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { parseTls } from './tls.ts';
import { parseQueryTransport } from './transport.ts';
import { parseAlterId, parseCipher } from './vmess-cipher.ts';

/** `vmess://uuid@host:port?encryption=auto&type=ws&security=tls`, after the manner of VLESS. */
export function parseVmessUrl(link: Link): NamedEndpoint<VMess> {
  const { query } = link;
  return {
    endpoint: {
      protocol: 'vmess',
      ...hostAndPort(link.authority),
      uuid: userId(link.user ?? ''),
      alterId: parseAlterId(query.get('aid') ?? query.get('alterid')),
      security: parseCipher(query.get('encryption') ?? ''),
      tls: parseTls(query, 'none'),
      transport: parseQueryTransport(query),
    },
    remarks: link.remarks || (query.get('remarks') ?? ''),
  };
}
