import type { Trojan } from '../endpoint/endpoint.ts';
import { hostAndPort, secret } from './form.ts';
import type { Link } from './link.ts';
import type { Named } from './named.ts';
import { tlsOf, tlsParameters } from './tls.ts';
import { transportOfQuery, transportParameters } from './transport.ts';
import { authorityOf, encode, writeLink } from './write-link.ts';

/** `trojan://password@host:port?sni=…`; with TLS unless it says `security=none`. */
export function parseTrojan(link: Link): Named<Trojan> {
  return {
    endpoint: {
      protocol: 'trojan',
      ...hostAndPort(link.authority, 443),
      password: secret(link.user),
      tls: tlsOf(link.query, 'tls'),
      transport: transportOfQuery(link.query),
    },
    remarks: link.remarks,
  };
}

export function formatTrojan({ endpoint, remarks }: Named<Trojan>): string {
  return writeLink({
    scheme: 'trojan',
    user: encode(endpoint.password),
    authority: authorityOf(endpoint),
    parameters: {
      ...tlsParameters(endpoint.tls),
      ...transportParameters(endpoint.transport, endpoint.tls !== undefined),
    },
    remarks,
  });
}
