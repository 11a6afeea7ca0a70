import type { Vless } from '../endpoint/endpoint.ts';
import { parseHostAndPort, parseUserId, quote } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import type { Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { parseTls, tlsParameters } from './tls.ts';
import { parseQueryTransport, transportParameters } from './transport.ts';
import { encode, formatAuthority, writeLink } from './write-link.ts';

/** `vless://uuid@host:port?type=…&security=…` (https://github.com/XTLS/Xray-core/discussions/716) */
export function parseVless(link: Link): NamedEndpoint<Vless> {
  const { query } = link;
  // Some publishers append their names.
  if (!(query.get('encryption') ?? 'none').toLowerCase().startsWith('none')) {
    throw new InvalidLink('its encryption is not "none", the only supported one');
  }
  return {
    endpoint: {
      protocol: 'vless',
      ...parseHostAndPort(link.authority),
      uuid: parseUserId(link.user ?? ''),
      flow: parseFlow(query.get('flow') ?? ''),
      tls: parseTls(query, 'none'),
      transport: parseQueryTransport(query),
    },
    remarks: link.remarks,
  };
}

function parseFlow(text: string): string {
  const flow = text.toLowerCase().replace(/-udp443$/, '');
  if (flow === '' || flow === 'none') return '';
  if (flow !== 'xtls-rprx-vision') {
    throw new InvalidLink(`its flow ${quote(flow)} is not xtls-rprx-vision`);
  }
  return flow;
}

export function formatVless({ endpoint, remarks }: NamedEndpoint<Vless>): string {
  return writeLink({
    scheme: 'vless',
    user: encode(endpoint.uuid),
    authority: formatAuthority(endpoint),
    parameters: {
      encryption: 'none',
      flow: endpoint.flow,
      ...tlsParameters(endpoint.tls),
      ...transportParameters(endpoint.transport, endpoint.tls !== undefined),
    },
    remarks,
  });
}
