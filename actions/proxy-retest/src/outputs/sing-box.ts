import type { Endpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import { outboundOf, type Section } from '../engine/config/outbound.ts';
import { CannotCarry } from '../engine/config/place.ts';
import { type Published, type Rendered, uniqueNames } from './published.ts';

/** The newest form: what reads it has been built as it is published. */
const GENERATION = {
  minor: 14,
  tags: new Set(['with_quic', 'with_utls', 'with_gvisor', 'with_wireguard']),
};

/**
 * A configuration of sing-box, from 1.12 on, with an outbound each and one, `auto`, that takes the
 * fastest. It has no inbound: `sing-box merge` adds one's own.
 */
export function renderSingBox(published: readonly Published[]): Rendered {
  const names = uniqueNames(published, 'auto');
  const sections = published.flatMap(({ endpoint }, index) => sectionOf(endpoint, names[index]));
  const of = (name: Section['section']) =>
    sections.filter(({ section }) => section === name).map(({ json }) => json);
  const config = {
    dns: { servers: [{ type: 'local', tag: 'local' }] },
    outbounds: [
      ...(sections.length > 0
        ? [{ type: 'urltest', tag: 'auto', outbounds: sections.map(({ json }) => json.tag) }]
        : []),
      ...of('outbounds'),
    ],
    endpoints: of('endpoints'),
    route: { default_domain_resolver: 'local' },
  };
  return {
    text: `${JSON.stringify(config, null, 2)}\n`,
    leftOut: published.length - sections.length,
  };
}

function sectionOf(endpoint: Endpoint, tag = ''): Section[] {
  switch (endpoint.protocol) {
    case 'http':
    case 'https':
    case 'socks4':
    case 'socks4a':
    case 'socks5':
      return [{ section: 'outbounds', json: nativeOutbound(endpoint, tag) }];
    default:
      try {
        return [outboundOf(endpoint, { tag, server: endpoint.host, generation: GENERATION })];
      } catch (error) {
        if (error instanceof CannotCarry) return [];
        throw error;
      }
  }
}

function nativeOutbound(endpoint: NativeEndpoint, tag: string): Section['json'] {
  const { protocol, host, port, user, password } = endpoint;
  const where = { tag, server: host, server_port: port };
  const who = { ...(user !== '' && { username: user }), ...(password !== '' && { password }) };
  if (protocol === 'http' || protocol === 'https') {
    const tls = protocol === 'https' && { tls: { enabled: true, server_name: host } };
    return { type: 'http', ...where, ...who, ...tls };
  }
  return { type: 'socks', ...where, version: protocol.replace('socks', ''), ...who };
}
