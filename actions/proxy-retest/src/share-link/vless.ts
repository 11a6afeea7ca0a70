import type { Vless } from '../endpoint/endpoint.ts';
import { hostAndPort, quoted, userId } from './form.ts';
import type { Link } from './link.ts';
import type { Named } from './named.ts';
import { tlsOf, tlsParameters } from './tls.ts';
import { transportOfQuery, transportParameters } from './transport.ts';
import { UnusableLink } from './unusable-link.ts';
import { authorityOf, encode, writeLink } from './write-link.ts';

/** `vless://uuid@host:port?type=…&security=…` (https://github.com/XTLS/Xray-core/discussions/716) */
export function parseVless(link: Link): Named<Vless> {
  const { query } = link;
  // Channels append their names to it.
  if (!(query.get('encryption') ?? 'none').toLowerCase().startsWith('none')) {
    throw new UnusableLink('its encryption is not "none", the only one that engines know');
  }
  return {
    endpoint: {
      protocol: 'vless',
      ...hostAndPort(link.authority),
      uuid: userId(link.user ?? ''),
      flow: flowOf(query.get('flow') ?? ''),
      tls: tlsOf(query, 'none'),
      transport: transportOfQuery(query),
    },
    remarks: link.remarks,
  };
}

function flowOf(text: string): string {
  const flow = text.toLowerCase().replace(/-udp443$/, '');
  if (flow === '' || flow === 'none') return '';
  if (flow !== 'xtls-rprx-vision') {
    throw new UnusableLink(`its flow ${quoted(flow)} is not xtls-rprx-vision`);
  }
  return flow;
}

export function formatVless({ endpoint, remarks }: Named<Vless>): string {
  return writeLink({
    scheme: 'vless',
    user: encode(endpoint.uuid),
    authority: authorityOf(endpoint),
    parameters: {
      encryption: 'none',
      flow: endpoint.flow,
      ...tlsParameters(endpoint.tls),
      ...transportParameters(endpoint.transport, endpoint.tls !== undefined),
    },
    remarks,
  });
}
