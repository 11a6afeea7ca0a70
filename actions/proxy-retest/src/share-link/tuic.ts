import type { Tuic } from '../endpoint/endpoint.ts';
import { parseHostAndPort, parseUuid, requirePassword } from './field-parsers.ts';
import type { Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { parseTlsParameters } from './tls.ts';
import { encode, formatAuthority, writeLink } from './write-link.ts';

/** `tuic://uuid:password@host:port?congestion_control=bbr&udp_relay_mode=native&sni=…` */
export function parseTuic(link: Link): NamedEndpoint<Tuic> {
  const { query, user = '' } = link;
  const [id = '', ...password] = user.split(':');
  return {
    endpoint: {
      protocol: 'tuic',
      ...parseHostAndPort(link.authority, 443),
      uuid: parseUuid(id),
      password: requirePassword(password.join(':')),
      congestion: oneOf(query.get('congestion_control'), ['cubic', 'new_reno', 'bbr']),
      udpRelay: oneOf(query.get('udp_relay_mode'), ['native', 'quic']),
      tls: parseTlsParameters(query),
    },
    remarks: link.remarks,
  };
}

/** The engine uses its default for an unknown value. */
function oneOf(text: string | undefined, names: readonly string[]): string {
  return names.find((name) => name === text?.toLowerCase()) ?? '';
}

export function formatTuic({ endpoint, remarks }: NamedEndpoint<Tuic>): string {
  const { tls } = endpoint;
  return writeLink({
    scheme: 'tuic',
    user: `${encode(endpoint.uuid)}:${encode(endpoint.password)}`,
    authority: formatAuthority(endpoint),
    parameters: {
      congestion_control: endpoint.congestion,
      udp_relay_mode: endpoint.udpRelay,
      sni: tls.serverName,
      alpn: tls.alpn.join(','),
      ...(tls.insecure && { allow_insecure: '1' }),
      fp: tls.fingerprint,
    },
    remarks,
  });
}
