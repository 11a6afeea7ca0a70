import type { Endpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import { buildOutbound, type Section } from '../engine/config/outbound.ts';
import { UnsupportedEndpoint } from '../engine/config/outbound-settings.ts';
import type { NamedEndpoint } from '../share-link/named-endpoint.ts';
import { createUniqueNames, type Rendered } from './unique-names.ts';

/** The newest format of sing-box, with every optional feature. */
const CAPABILITIES = {
  minor: 14,
  tags: new Set(['with_quic', 'with_utls', 'with_gvisor', 'with_wireguard']),
};

/**
 * A sing-box configuration for 1.12 or newer: one outbound per endpoint and the outbound `auto`, which
 * selects the fastest. It has no inbound: use `sing-box merge` to add one.
 */
export function renderSingBox(published: readonly NamedEndpoint[]): Rendered {
  const names = createUniqueNames(published, 'auto');
  const sections = published.flatMap(({ endpoint }, index) => toSections(endpoint, names[index]));
  const filterBy = (name: Section['section']) =>
    sections.filter(({ section }) => section === name).map(({ json }) => json);
  const config = {
    dns: { servers: [{ type: 'local', tag: 'local' }] },
    outbounds: [
      ...(sections.length > 0
        ? [{ type: 'urltest', tag: 'auto', outbounds: sections.map(({ json }) => json.tag) }]
        : []),
      ...filterBy('outbounds'),
    ],
    endpoints: filterBy('endpoints'),
    route: { default_domain_resolver: 'local' },
  };
  return {
    text: `${JSON.stringify(config, null, 2)}\n`,
    skipped: published.length - sections.length,
  };
}

function toSections(endpoint: Endpoint, tag = ''): Section[] {
  switch (endpoint.protocol) {
    case 'http':
    case 'https':
    case 'socks4':
    case 'socks4a':
    case 'socks5':
      return [{ section: 'outbounds', json: nativeOutbound(endpoint, tag) }];
    default:
      try {
        return [
          buildOutbound(endpoint, { tag, server: endpoint.host, capabilities: CAPABILITIES }),
        ];
      } catch (error) {
        if (error instanceof UnsupportedEndpoint) return [];
        throw error;
      }
  }
}

function nativeOutbound(endpoint: NativeEndpoint, tag: string): Section['json'] {
  const { protocol, host, port, user, password } = endpoint;
  const server = { tag, server: host, server_port: port };
  const credentials = {
    ...(user !== '' && { username: user }),
    ...(password !== '' && { password }),
  };
  if (protocol === 'http' || protocol === 'https') {
    const tls = protocol === 'https' && { tls: { enabled: true, server_name: host } };
    return { type: 'http', ...server, ...credentials, ...tls };
  }
  return { type: 'socks', ...server, version: protocol.replace('socks', ''), ...credentials };
}
