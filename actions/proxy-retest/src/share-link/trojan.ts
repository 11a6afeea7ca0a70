import type { Trojan } from '../endpoint/endpoint.ts';
import { parseHostAndPort, requirePassword } from './field-parsers.ts';
import type { Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { parseTls, tlsParameters } from './tls.ts';
import { parseQueryTransport, transportParameters } from './transport.ts';
import { encode, formatAuthority, writeLink } from './write-link.ts';

/** `trojan://password@host:port?sni=…`; uses TLS unless `security=none`. */
export function parseTrojan(link: Link): NamedEndpoint<Trojan> {
  return {
    endpoint: {
      protocol: 'trojan',
      ...parseHostAndPort(link.authority, 443),
      password: requirePassword(link.user),
      tls: parseTls(link.query, 'tls'),
      transport: parseQueryTransport(link.query),
    },
    remarks: link.remarks,
  };
}

export function formatTrojan({ endpoint, remarks }: NamedEndpoint<Trojan>): string {
  return writeLink({
    scheme: 'trojan',
    user: encode(endpoint.password),
    authority: formatAuthority(endpoint),
    parameters: {
      ...tlsParameters(endpoint.tls),
      ...transportParameters(endpoint.transport, endpoint.tls !== undefined),
    },
    remarks,
  });
}
