import type { VMess } from '../endpoint/endpoint.ts';
import { hostAndPort, userId } from './form.ts';
import type { Link } from './link.ts';
import type { Named } from './named.ts';
import { tlsOf } from './tls.ts';
import { transportOfQuery } from './transport.ts';
import { alterIdOf, cipherOf } from './vmess-cipher.ts';

/** `vmess://uuid@host:port?encryption=auto&type=ws&security=tls`, after the manner of VLESS. */
export function parseVmessUrl(link: Link): Named<VMess> {
  const { query } = link;
  return {
    endpoint: {
      protocol: 'vmess',
      ...hostAndPort(link.authority),
      uuid: userId(link.user ?? ''),
      alterId: alterIdOf(query.get('aid') ?? query.get('alterid')),
      security: cipherOf(query.get('encryption') ?? ''),
      tls: tlsOf(query, 'none'),
      transport: transportOfQuery(query),
    },
    remarks: link.remarks || (query.get('remarks') ?? ''),
  };
}
