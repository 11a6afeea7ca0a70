import * as fc from 'fast-check';
import type { Endpoint, EngineEndpoint, Tls, Transport } from '../endpoint/endpoint.ts';

/** Arbitrary endpoints of every protocol, in the format of the parsers. */
const name = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { minLength: 1, maxLength: 3 })
  .map((labels) => labels.join('.'));
const host = fc.oneof(
  name,
  fc.ipV4(),
  fc.ipV6().map((address) => new URL(`http://[${address}]`).hostname.slice(1, -1)),
);
const port = fc.integer({ min: 1, max: 65_535 });
const password = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const headerText = fc.stringMatching(/^[!-~]{0,12}$/).map((text) => text.replace(/[,?&=]/g, ''));
const base64 = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((value) => Buffer.from(value).toString('base64'));
// The engine rejects a path with an invalid percent-encoding.
const path = headerText.map((text) => `/${text.replaceAll('%', '')}`);

const tls: fc.Arbitrary<Tls> = fc.record({
  serverName: fc.oneof(fc.constant(''), name),
  insecure: fc.boolean(),
  alpn: fc.subarray(['h3', 'h2', 'http/1.1']),
  fingerprint: fc.constantFrom('', 'chrome', 'firefox'),
  reality: fc.constant(undefined),
});
const reality: fc.Arbitrary<Tls> = fc
  .tuple(
    tls,
    fc.record({
      publicKey: base64(32).map((key) => Buffer.from(key, 'base64').toString('base64url')),
      shortId: fc.constantFrom('', 'a0', '0123456789abcdef'),
    }),
  )
  .map(([plain, keys]) => ({ ...plain, reality: keys }));
const transport: fc.Arbitrary<Transport> = fc.oneof(
  fc.constant({ kind: 'tcp' as const }),
  fc.record({
    kind: fc.constant('ws' as const),
    path,
    host: headerText,
    earlyData: fc.constantFrom(0, 2048),
  }),
  fc.record({ kind: fc.constant('grpc' as const), service: headerText }),
  fc.record({ kind: fc.constant('http' as const), path, hosts: fc.array(name, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant('httpupgrade' as const), path, host: headerText }),
);
const id = fc.oneof(fc.uuid(), fc.stringMatching(/^[a-z0-9]{1,30}$/));

export const endpoints: { readonly [P in Endpoint['protocol']]: fc.Arbitrary<Endpoint> } = {
  http: native('http'),
  https: native('https'),
  socks4: native('socks4'),
  socks4a: native('socks4a'),
  socks5: native('socks5'),
  shadowsocks: fc.record({
    protocol: fc.constant('shadowsocks' as const),
    host,
    port,
    method: fc.constantFrom('aes-256-gcm', 'chacha20-ietf-poly1305'),
    password,
    plugin: fc.option(
      fc.oneof(
        fc.record({
          name: fc.constant('obfs' as const),
          mode: fc.constantFrom('http' as const, 'tls' as const),
          host: name,
        }),
        fc.record({
          name: fc.constant('v2ray-plugin' as const),
          tls: fc.boolean(),
          host: name,
          path: fc.constantFrom('', '/ws'),
        }),
      ),
      { nil: undefined },
    ),
  }),
  vmess: fc.record({
    protocol: fc.constant('vmess' as const),
    host,
    port,
    uuid: id,
    alterId: fc.constantFrom(0, 64),
    security: fc.constantFrom('auto', 'none', 'aes-128-gcm'),
    tls: fc.option(tls, { nil: undefined }),
    transport,
  }),
  vless: fc.record({
    protocol: fc.constant('vless' as const),
    host,
    port,
    uuid: id,
    flow: fc.constantFrom('', 'xtls-rprx-vision'),
    tls: fc.option(fc.oneof(tls, reality), { nil: undefined }),
    transport,
  }),
  trojan: fc.record({
    protocol: fc.constant('trojan' as const),
    host,
    port,
    password,
    tls: fc.option(tls, { nil: undefined }),
    transport,
  }),
  hysteria2: fc
    .record({
      protocol: fc.constant('hysteria2' as const),
      host,
      port,
      ports: fc.constantFrom([], ['5000-6000'], ['5000-6000', '7000-7000']),
      password,
      obfuscation: fc.oneof(fc.constant(''), fc.stringMatching(/^[!-~]{1,12}$/)),
      tls,
    })
    // The first port is also part of the list of ports.
    .map((endpoint) =>
      endpoint.ports.length === 0
        ? endpoint
        : { ...endpoint, ports: [`${endpoint.port}-${endpoint.port}`, ...endpoint.ports] },
    ),
  tuic: fc.record({
    protocol: fc.constant('tuic' as const),
    host,
    port,
    uuid: fc.uuid(),
    password,
    congestion: fc.constantFrom('', 'bbr', 'cubic'),
    udpRelay: fc.constantFrom('', 'native', 'quic'),
    tls,
  }),
  wireguard: fc.record({
    protocol: fc.constant('wireguard' as const),
    host,
    port,
    privateKey: base64(32),
    publicKey: base64(32),
    presharedKey: fc.oneof(fc.constant(''), base64(32)),
    addresses: fc.constantFrom(['10.0.0.2/32'], ['10.0.0.2/24', 'fd00::2/128']),
    reserved: fc.constantFrom([], [1, 2, 3]),
    mtu: fc.constantFrom(undefined, 1420),
  }),
};

function native<P extends 'http' | 'https' | 'socks4' | 'socks4a' | 'socks5'>(protocol: P) {
  return fc.record({
    protocol: fc.constant(protocol),
    host,
    port,
    user: fc.string({ maxLength: 12 }).map((text) => text.replaceAll(':', '')),
    password: fc.string({ maxLength: 12 }),
  });
}

/** Endpoints for an engine, reproducible by the seed. */
export function sampleForEngine(count: number, seed: number): EngineEndpoint[] {
  const protocols = ['shadowsocks', 'vmess', 'vless', 'trojan', 'hysteria2', 'tuic'] as const;
  const one = fc.oneof(...protocols.map((name) => endpoints[name] as fc.Arbitrary<EngineEndpoint>));
  return fc.sample(one, { numRuns: count, seed });
}
