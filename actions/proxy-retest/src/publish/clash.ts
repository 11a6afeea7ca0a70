import type {
  Endpoint,
  NativeEndpoint,
  Shadowsocks,
  Tls,
  Transport,
  WireGuard,
} from '../endpoint/endpoint.ts';
import type { NamedEndpoint } from '../share-link/named-endpoint.ts';
import { createUniqueNames, type Rendered } from './unique-names.ts';

type Fields = { readonly [name: string]: unknown };

/**
 * A mihomo (Clash) configuration with the proxies, and a group that selects the fastest one
 * (https://wiki.metacubex.one/en/config/proxies/).
 */
export async function renderClash(published: readonly NamedEndpoint[]): Promise<Rendered> {
  const { stringify } = await import('yaml');
  const names = createUniqueNames(published, 'auto', 'DIRECT', 'REJECT', 'GLOBAL');
  const proxies = published.flatMap(({ endpoint }, index) => {
    const fields = toFields(endpoint);
    return fields ? [{ name: names[index] ?? '', ...withoutEmpty(fields) }] : [];
  });
  const group = {
    name: 'auto',
    type: 'url-test',
    proxies: proxies.map(({ name }) => name),
    url: 'https://www.gstatic.com/generate_204',
    interval: 300,
  };
  const config = { proxies, ...(proxies.length > 0 && { 'proxy-groups': [group] }) };
  return {
    // Long names must stay on one line.
    text: stringify(config, { lineWidth: 0, aliasDuplicateObjects: false }),
    skipped: published.length - proxies.length,
  };
}

function toFields(endpoint: Endpoint): Fields | undefined {
  const { host: server, port } = endpoint;
  const address = { server, port };
  switch (endpoint.protocol) {
    case 'http':
    case 'https':
    case 'socks5':
      return { ...nativeFields(endpoint), ...address };
    case 'socks4':
    case 'socks4a':
      return undefined;
    case 'shadowsocks':
      return { type: 'ss', ...address, ...shadowsocksFields(endpoint) };
    case 'vmess':
      return {
        type: 'vmess',
        ...address,
        uuid: endpoint.uuid,
        alterId: endpoint.alterId,
        cipher: endpoint.security,
        ...tlsFields(endpoint.tls, 'servername'),
        ...transportFields(endpoint.transport, endpoint.tls),
      };
    case 'vless':
      return {
        type: 'vless',
        ...address,
        uuid: endpoint.uuid,
        flow: endpoint.flow,
        ...tlsFields(endpoint.tls, 'servername'),
        ...transportFields(endpoint.transport, endpoint.tls),
      };
    case 'trojan':
      // In mihomo, trojan always uses TLS.
      if (!endpoint.tls) return undefined;
      return {
        type: 'trojan',
        ...address,
        password: endpoint.password,
        ...tlsFields(endpoint.tls, 'sni'),
        ...transportFields(endpoint.transport, endpoint.tls),
      };
    case 'hysteria2':
      return {
        type: 'hysteria2',
        ...address,
        ports: endpoint.ports.join(','),
        password: endpoint.password,
        ...(endpoint.obfuscation !== '' && {
          obfs: 'salamander',
          'obfs-password': endpoint.obfuscation,
        }),
        ...quicFields(endpoint.tls),
      };
    case 'tuic':
      return {
        type: 'tuic',
        ...address,
        uuid: endpoint.uuid,
        password: endpoint.password,
        'congestion-controller': endpoint.congestion,
        'udp-relay-mode': endpoint.udpRelay,
        ...quicFields(endpoint.tls),
      };
    case 'wireguard':
      return { type: 'wireguard', ...address, ...wireGuardFields(endpoint) };
  }
}

function nativeFields({ protocol, host, user, password }: NativeEndpoint): Fields {
  return {
    type: protocol === 'socks5' ? 'socks5' : 'http',
    username: user,
    password,
    ...(protocol === 'https' && { tls: true, sni: host }),
  };
}

function shadowsocksFields({ method, password, plugin }: Shadowsocks): Fields {
  return {
    cipher: method,
    password,
    ...(plugin?.name === 'obfs' && {
      plugin: 'obfs',
      'plugin-opts': withoutEmpty({ mode: plugin.mode, host: plugin.host }),
    }),
    ...(plugin?.name === 'v2ray-plugin' && {
      plugin: 'v2ray-plugin',
      'plugin-opts': withoutEmpty({
        mode: 'websocket',
        tls: plugin.tls,
        host: plugin.host,
        path: plugin.path,
      }),
    }),
  };
}

/** @param nameField the field for the server name, which depends on the protocol */
function tlsFields(tls: Tls | undefined, nameField: 'servername' | 'sni'): Fields {
  if (!tls) return {};
  return {
    ...(nameField === 'servername' && { tls: true }),
    [nameField]: tls.serverName,
    'skip-cert-verify': tls.insecure,
    alpn: tls.alpn,
    'client-fingerprint': tls.fingerprint,
    ...(tls.reality && {
      'reality-opts': withoutEmpty({
        'public-key': tls.reality.publicKey,
        'short-id': tls.reality.shortId,
      }),
    }),
  };
}

function quicFields(tls: Tls): Fields {
  return { sni: tls.serverName, 'skip-cert-verify': tls.insecure, alpn: tls.alpn };
}

function transportFields(transport: Transport, tls: Tls | undefined): Fields {
  switch (transport.kind) {
    case 'tcp':
      return {};
    case 'ws':
      return {
        network: 'ws',
        'ws-opts': {
          path: transport.path,
          ...hostHeader(transport.host),
          ...(transport.earlyData > 0 && {
            'max-early-data': transport.earlyData,
            'early-data-header-name': 'Sec-WebSocket-Protocol',
          }),
        },
      };
    case 'httpupgrade':
      return {
        network: 'ws',
        'ws-opts': {
          path: transport.path,
          ...hostHeader(transport.host),
          'v2ray-http-upgrade': true,
        },
      };
    case 'grpc':
      return { network: 'grpc', 'grpc-opts': { 'grpc-service-name': transport.service } };
    case 'http':
      return tls
        ? {
            network: 'h2',
            'h2-opts': withoutEmpty({ host: transport.hosts, path: transport.path }),
          }
        : {
            network: 'http',
            'http-opts': {
              method: 'GET',
              path: [transport.path],
              ...(transport.hosts.length > 0 && { headers: { Host: transport.hosts } }),
            },
          };
  }
}

const hostHeader = (host: string) => (host === '' ? {} : { headers: { Host: host } });

function wireGuardFields(endpoint: WireGuard): Fields {
  const findAddress = (version: 4 | 6) =>
    endpoint.addresses.find((address) => address.includes(':') === (version === 6))?.split('/')[0];
  return {
    ip: findAddress(4) ?? '',
    ipv6: findAddress(6) ?? '',
    'private-key': endpoint.privateKey,
    'public-key': endpoint.publicKey,
    'pre-shared-key': endpoint.presharedKey,
    reserved: endpoint.reserved,
    ...(endpoint.mtu !== undefined && { mtu: endpoint.mtu }),
    udp: true,
  };
}

/** Removes empty texts, empty lists and `false`. */
function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== '' && value !== false && !(Array.isArray(value) && !value.length),
    ),
  );
}
