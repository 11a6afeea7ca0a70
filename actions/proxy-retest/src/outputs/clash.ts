import type {
  Endpoint,
  NativeEndpoint,
  Shadowsocks,
  Tls,
  Transport,
  WireGuard,
} from '../endpoint/endpoint.ts';
import { type Published, type Rendered, uniqueNames } from './published.ts';

type Fields = { readonly [name: string]: unknown };

/**
 * The proxies of a configuration of mihomo (Clash), and a group that takes the fastest
 * (https://wiki.metacubex.one/en/config/proxies/).
 */
export async function renderClash(published: readonly Published[]): Promise<Rendered> {
  const { stringify } = await import('yaml');
  const names = uniqueNames(published, 'auto', 'DIRECT', 'REJECT', 'GLOBAL');
  const proxies = published.flatMap(({ endpoint }, index) => {
    const fields = fieldsOf(endpoint);
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
    // A name of many words must not be folded into two lines.
    text: stringify(config, { lineWidth: 0, aliasDuplicateObjects: false }),
    leftOut: published.length - proxies.length,
  };
}

function fieldsOf(endpoint: Endpoint): Fields | undefined {
  const { host: server, port } = endpoint;
  const where = { server, port };
  switch (endpoint.protocol) {
    case 'http':
    case 'https':
    case 'socks5':
      return { ...nativeFields(endpoint), ...where };
    case 'socks4':
    case 'socks4a':
      return undefined;
    case 'shadowsocks':
      return { type: 'ss', ...where, ...shadowsocksFields(endpoint) };
    case 'vmess':
      return {
        type: 'vmess',
        ...where,
        uuid: endpoint.uuid,
        alterId: endpoint.alterId,
        cipher: endpoint.security,
        ...tlsFields(endpoint.tls, 'servername'),
        ...transportFields(endpoint.transport, endpoint.tls),
      };
    case 'vless':
      return {
        type: 'vless',
        ...where,
        uuid: endpoint.uuid,
        flow: endpoint.flow,
        ...tlsFields(endpoint.tls, 'servername'),
        ...transportFields(endpoint.transport, endpoint.tls),
      };
    case 'trojan':
      // There, trojan always has TLS.
      if (!endpoint.tls) return undefined;
      return {
        type: 'trojan',
        ...where,
        password: endpoint.password,
        ...tlsFields(endpoint.tls, 'sni'),
        ...transportFields(endpoint.transport, endpoint.tls),
      };
    case 'hysteria2':
      return {
        type: 'hysteria2',
        ...where,
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
        ...where,
        uuid: endpoint.uuid,
        password: endpoint.password,
        'congestion-controller': endpoint.congestion,
        'udp-relay-mode': endpoint.udpRelay,
        ...quicFields(endpoint.tls),
      };
    case 'wireguard':
      return { type: 'wireguard', ...where, ...wireGuardFields(endpoint) };
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

/** @param nameField what the protocol calls the name of the server */
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
  const own = (version: 4 | 6) =>
    endpoint.addresses.find((address) => address.includes(':') === (version === 6))?.split('/')[0];
  return {
    ip: own(4) ?? '',
    ipv6: own(6) ?? '',
    'private-key': endpoint.privateKey,
    'public-key': endpoint.publicKey,
    'pre-shared-key': endpoint.presharedKey,
    reserved: endpoint.reserved,
    ...(endpoint.mtu !== undefined && { mtu: endpoint.mtu }),
    udp: true,
  };
}

/** Without what says nothing: empty texts and lists, and what is off. */
function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== '' && value !== false && !(Array.isArray(value) && !value.length),
    ),
  );
}
