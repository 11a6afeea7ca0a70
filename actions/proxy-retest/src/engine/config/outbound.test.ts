import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineEndpoint } from '../../endpoint/endpoint.ts';
import { parseShareLink } from '../../share-link/share-link.ts';
import { endpoints } from '../../testing/arbitrary-endpoints.ts';
import { engineConfig } from './engine-config.ts';
import { buildOutbound } from './outbound.ts';
import type { Json } from './outbound-settings.ts';

const ALL = new Set(['with_quic', 'with_utls', 'with_gvisor', 'with_wireguard']);
const settings = {
  tag: 'p0',
  server: '192.0.2.1',
  capabilities: { minor: 14, tags: ALL },
};

/** All that a configuration may ever name; nothing here names a file, a program or an interface. */
const ALLOWED = new Set(
  [
    'type tag server server_port server_ports method password plugin plugin_opts uuid security',
    'alter_id flow tls enabled server_name insecure alpn utls fingerprint reality public_key',
    'short_id transport path headers Host max_early_data early_data_header_name service_name host',
    'obfs congestion_control udp_relay_mode address private_key mtu peers port pre_shared_key',
    'reserved allowed_ips',
  ].flatMap((line) => line.split(' ')),
);

function namesOf(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(namesOf);
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => [name, ...namesOf(value)]);
}

const engineEndpoints = fc.oneof(
  ...(['shadowsocks', 'vmess', 'vless', 'trojan', 'hysteria2', 'tuic', 'wireguard'] as const).map(
    (protocol) => endpoints[protocol] as fc.Arbitrary<EngineEndpoint>,
  ),
);

function outbound(link: string): Json {
  const parsed = parseShareLink(link);
  if (parsed.kind === 'invalid') throw new Error(parsed.reason);
  return buildOutbound(parsed.endpoint as EngineEndpoint, settings).json;
}

const ID = '0d4cb1a1-9b4e-4e6a-8a34-6f0c2f4d9e11';

describe('buildOutbound', () => {
  it('contains only fields of the link, and the given address', () => {
    fc.assert(
      fc.property(engineEndpoints, (endpoint) => {
        const { json } = buildOutbound(endpoint, settings);
        for (const name of namesOf(json)) expect(ALLOWED).toContain(name);
        const peers = (json.peers ?? [{ address: json.server }]) as readonly Json[];
        expect(peers.map(({ address }) => address)).toEqual(['192.0.2.1']);
      }),
    );
  });

  it('ignores engine options, files and commands in a link', () => {
    const plain = outbound(`vless://${ID}@a.example:443?security=tls&type=ws&path=/x`);
    const hostile = outbound(
      `vless://${ID}@a.example:443?security=tls&type=ws&path=/x&certificate_path=/etc/passwd` +
        '&client_key_path=/root/.ssh/id_rsa&detour=direct&bind_interface=eth0&plugin=sh;-c;id' +
        '&__proto__=x&protect_path=/run/x&netns=1&routing_mark=1#$(id)',
    );
    expect(hostile).toEqual(plain);
  });

  it('sends the host name of the link to the server, not the address', () => {
    expect(outbound(`vless://${ID}@a.example:443?security=tls&type=ws&path=/x`)).toMatchObject({
      server: '192.0.2.1',
      tls: { server_name: 'a.example', alpn: ['http/1.1'] },
      transport: { path: '/x', headers: { Host: 'a.example' } },
    });
    expect(
      outbound('trojan://p@a.example:443?sni=b.example&type=httpupgrade&host=c.example'),
    ).toMatchObject({
      tls: { server_name: 'b.example' },
      transport: { type: 'httpupgrade', host: 'c.example' },
    });
  });

  it('verifies the certificate unless the link disables it', () => {
    expect(outbound('trojan://p@a.example:443')).not.toHaveProperty('tls.insecure');
    expect(outbound('trojan://p@a.example:443?allowInsecure=1')).toMatchObject({
      tls: { insecure: true },
    });
  });

  it.each([
    ['hy2://p@a.example', 'with_quic', /QUIC/],
    [`tuic://${ID}:p@a.example`, 'with_quic', /QUIC/],
    [`vless://${ID}@a.example:1?security=reality&pbk=${'A'.repeat(43)}`, 'with_utls', /uTLS/],
    [
      `wg://${'A'.repeat(43)}@a.example?publickey=${'A'.repeat(43)}&address=10.0.0.2`,
      'with_wireguard',
      /WireGuard/,
    ],
  ])('does not support %s without %s', (link, missing, reason) => {
    const parsed = parseShareLink(link);
    const endpoint = parsed.kind === 'endpoint' ? (parsed.endpoint as EngineEndpoint) : undefined;
    if (!endpoint) throw new Error(link);
    const tags = new Set([...ALL].filter((tag) => tag !== missing));
    expect(() =>
      buildOutbound(endpoint, { ...settings, capabilities: { minor: 14, tags } }),
    ).toThrow(reason);
    expect(buildOutbound(endpoint, settings).json).toBeDefined();
  });

  it('rejects unsupported ciphers and accepts aliases', () => {
    const ss = (method: string) => outbound(`ss://${method}:p@a.example:1`);
    expect(() => ss('rot13')).toThrow(/not support the cipher rot13/);
    expect(ss('chacha20-poly1305')).toMatchObject({ method: 'chacha20-ietf-poly1305' });
  });
});

describe('engineConfig', () => {
  const configured = ['p0', 'p1'].map((tag) => ({
    tag,
    section: { section: 'outbounds', json: { type: 'trojan', tag } } as const,
  }));
  const config = (minor: number, caFile = '') =>
    engineConfig(configured, { capabilities: { minor, tags: ALL }, password: 'x', caFile });

  it('has one inbound, a user and a rule per endpoint, and rejects all others', () => {
    expect(config(14)).toMatchObject({
      inbounds: [
        {
          type: 'mixed',
          listen: '127.0.0.1',
          users: [{ username: 'p0' }, { username: 'p1' }],
        },
      ],
      route: {
        rules: [
          { auth_user: ['p0'], outbound: 'p0' },
          { auth_user: ['p1'], outbound: 'p1' },
          { inbound: ['in'], action: 'reject' },
        ],
      },
    });
  });

  it('uses the format of each version', () => {
    expect(config(11)).toMatchObject({ dns: { servers: [{ tag: 'local', address: 'local' }] } });
    expect(config(11, '/ca.pem')).not.toHaveProperty('certificate');
    expect(config(11)).not.toHaveProperty('route.default_domain_resolver');
    for (const minor of [12, 13, 14, 15]) {
      expect(config(minor, '/ca.pem')).toMatchObject({
        dns: { servers: [{ type: 'local', tag: 'local' }] },
        certificate: { certificate_path: ['/ca.pem'] },
        route: { default_domain_resolver: 'local' },
      });
    }
  });
});
