import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificates, type KeyPair } from '@repo/testkit/certificates/certificates';
import type { Engine } from './engine.ts';
import { freePort } from './free-port.ts';
import { shadowsocks, singBox, trojan, v2ray, wireGuard } from './proxy-engines.ts';
import { acceptsConnections, type ServerProcess, startServer } from './server-process.ts';

/** A running server of one protocol, with links to it. */
export interface ProxyServer extends ServerProcess {
  readonly port: number;
  /** A link with valid credentials. */
  readonly link: string;
  /** A link with an invalid password, user or key. */
  readonly wrong: string;
}

export interface ServerKind {
  readonly name: string;
  readonly server: Engine;
  /** @param target a local port with TLS 1.3, for servers that imitate another site */
  readonly start: (target: number) => Promise<ProxyServer>;
}

const { good } = certificates();
const ID = randomUUID();
const OTHER_ID = randomUUID();
const KEY = randomBytes(32).toString('base64');
const OTHER_KEY = randomBytes(32).toString('base64');
const REALITY = x25519();
const OTHER_REALITY = x25519();
const SERVER_KEYS = x25519();
const CLIENT_KEYS = x25519();
const OTHER_KEYS = x25519();

const b64 = (text: string) => Buffer.from(text).toString('base64');
const enc = encodeURIComponent;
const standard = (key: string) => `${Buffer.from(key, 'base64url').toString('base64')}`;
const PEM = { certificate_path: good.certFile, key_path: good.keyFile };
/** The engine does not trust the certificates of the tests. */
const INSECURE = 'sni=localhost&allowInsecure=1';

/** A real server for every protocol of the engine. */
export const SERVER_KINDS: readonly ServerKind[] = [
  {
    name: 'Shadowsocks',
    server: shadowsocks,
    start: (_target) =>
      started((port) => ({
        program: shadowsocks,
        args: ['-s', '127.0.0.1', '-p', `${port}`, '-k', 'secret', '-m', 'aes-256-gcm', '-t', '60'],
        link: (password) => `ss://${b64(`aes-256-gcm:${password}`)}@127.0.0.1:${port}`,
        right: 'secret',
        wrong: 'other',
      })),
  },
  {
    name: 'Shadowsocks 2022',
    server: singBox,
    start: () =>
      singBoxInbound(
        { type: 'shadowsocks', method: '2022-blake3-aes-256-gcm', password: KEY },
        (port, key) => `ss://2022-blake3-aes-256-gcm:${enc(key)}@127.0.0.1:${port}`,
        KEY,
        OTHER_KEY,
      ),
  },
  {
    name: 'VMess over TCP',
    server: v2ray,
    start: () =>
      v2rayInbound({ protocol: 'vmess', settings: { clients: [{ id: ID }] } }, (port, id) =>
        vmess({ port, id, net: 'tcp' }),
      ),
  },
  {
    name: 'VMess over WebSocket',
    server: v2ray,
    start: () =>
      v2rayInbound(
        {
          protocol: 'vmess',
          settings: { clients: [{ id: ID }] },
          streamSettings: { network: 'ws', wsSettings: { path: '/chat' } },
        },
        (port, id) => vmess({ port: `${port}`, id, net: 'ws', path: '/chat', aid: '0' }),
      ),
  },
  {
    name: 'VLESS over TCP with TLS',
    server: v2ray,
    start: () =>
      v2rayInbound(
        {
          protocol: 'vless',
          settings: { clients: [{ id: ID }], decryption: 'none' },
          streamSettings: { network: 'tcp', ...v2rayTls },
        },
        (port, id) => `vless://${id}@127.0.0.1:${port}?type=tcp&security=tls&${INSECURE}`,
      ),
  },
  {
    name: 'VLESS over WebSocket',
    server: v2ray,
    start: () =>
      v2rayInbound(
        {
          protocol: 'vless',
          settings: { clients: [{ id: ID }], decryption: 'none' },
          streamSettings: { network: 'ws', wsSettings: { path: '/ws' } },
        },
        (port, id) => `vless://${id}@127.0.0.1:${port}?type=ws&path=%2Fws&security=none`,
      ),
  },
  {
    name: 'VLESS over WebSocket with early data',
    server: singBox,
    start: () =>
      singBoxInbound(
        {
          type: 'vless',
          users: [{ uuid: ID }],
          transport: {
            type: 'ws',
            path: '/ws',
            max_early_data: 2048,
            early_data_header_name: 'Sec-WebSocket-Protocol',
          },
        },
        (port, id) => `vless://${id}@127.0.0.1:${port}?type=ws&path=%2Fws%3Fed%3D2048&security=`,
        ID,
        OTHER_ID,
      ),
  },
  {
    name: 'VLESS over gRPC',
    server: singBox,
    start: () =>
      singBoxInbound(
        {
          type: 'vless',
          users: [{ uuid: ID }],
          transport: { type: 'grpc', service_name: 'service' },
        },
        (port, id) =>
          `vless://${id}@127.0.0.1:${port}?type=grpc&serviceName=service&security=&mode=gun`,
        ID,
        OTHER_ID,
      ),
  },
  {
    name: 'VLESS with reality',
    server: singBox,
    start: (target) =>
      singBoxInbound(
        {
          type: 'vless',
          users: [{ uuid: ID, flow: 'xtls-rprx-vision' }],
          tls: {
            enabled: true,
            server_name: 'localhost',
            reality: {
              enabled: true,
              handshake: { server: '127.0.0.1', server_port: target },
              private_key: REALITY.secret,
              short_id: ['0a1b'],
            },
          },
        },
        (port, key) =>
          `vless://${ID}@127.0.0.1:${port}?security=reality&sni=localhost&fp=chrome&type=tcp&flow=xtls-rprx-vision&sid=0a1b&pbk=${key}`,
        REALITY.open,
        OTHER_REALITY.open,
      ),
  },
  {
    name: 'Trojan',
    server: trojan,
    start: async (target) => {
      const folder = await mkdtemp(join(tmpdir(), 'trojan-'));
      const file = join(folder, 'config.json');
      return started(
        (port) => ({
          program: trojan,
          args: ['-c', file],
          config: {
            run_type: 'server',
            local_addr: '127.0.0.1',
            local_port: port,
            remote_addr: '127.0.0.1',
            remote_port: target,
            password: ['secret'],
            log_level: 1,
            ssl: { cert: good.certFile, key: good.keyFile, alpn: ['http/1.1'] },
          },
          link: (password) => `trojan://${password}@127.0.0.1:${port}?${INSECURE}`,
          right: 'secret',
          wrong: 'other',
        }),
        file,
        folder,
      );
    },
  },
  {
    name: 'Hysteria2',
    server: singBox,
    start: () =>
      singBoxInbound(
        {
          type: 'hysteria2',
          users: [{ password: 'secret' }],
          obfs: { type: 'salamander', password: 'cover' },
          tls: { enabled: true, ...PEM },
        },
        (port, password) =>
          `hy2://${password}@127.0.0.1:${port}?insecure=1&sni=localhost&obfs=salamander&obfs-password=cover`,
        'secret',
        'other',
      ),
  },
  {
    name: 'TUIC',
    server: singBox,
    start: () =>
      singBoxInbound(
        {
          type: 'tuic',
          users: [{ uuid: ID, password: 'secret' }],
          congestion_control: 'bbr',
          auth_timeout: '1s',
          tls: { enabled: true, alpn: ['h3'], ...PEM },
        },
        (port, password) =>
          `tuic://${ID}:${password}@127.0.0.1:${port}?congestion_control=bbr&alpn=h3&allow_insecure=1&sni=localhost`,
        'secret',
        'other',
      ),
  },
  {
    name: 'WireGuard',
    server: wireGuard,
    start: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'wireguard-'));
      const file = join(folder, 'config.json');
      return started(
        (port) => ({
          program: wireGuard,
          args: ['run', '-c', file],
          config: {
            log: { level: 'warn' },
            endpoints: [
              {
                type: 'wireguard',
                tag: 'wg',
                address: [`${WIREGUARD_SERVER}/24`],
                private_key: standard(SERVER_KEYS.secret),
                listen_port: port,
                peers: [{ public_key: standard(CLIENT_KEYS.open), allowed_ips: ['10.77.0.2/32'] }],
              },
            ],
            outbounds: [{ type: 'direct', tag: 'direct' }],
          },
          link: (key) =>
            `wireguard://${enc(standard(key))}@127.0.0.1:${port}?publickey=${enc(standard(SERVER_KEYS.open))}&address=10.77.0.2/32`,
          right: CLIENT_KEYS.secret,
          wrong: OTHER_KEYS.secret,
          // The server ignores invalid packets, so its start cannot be detected.
          ready: async () => true,
        }),
        file,
        folder,
      );
    },
  },
];

/** A Trojan server with the given certificate and the password `secret`. */
export function startTrojan({ certFile, keyFile }: KeyPair): Promise<ProxyServer> {
  return singBoxInbound(
    {
      type: 'trojan',
      users: [{ password: 'secret' }],
      tls: { enabled: true, certificate_path: certFile, key_path: keyFile },
    },
    (port, password) => `trojan://${password}@127.0.0.1:${port}?${INSECURE}`,
    'secret',
    'other',
  );
}

/** Inside the tunnel, this address is the loopback interface of the server. */
export const WIREGUARD_SERVER = '10.77.0.1';

interface Plan {
  readonly program: Engine;
  readonly args: readonly string[];
  readonly config?: object;
  readonly link: (credential: string) => string;
  readonly right: string;
  readonly wrong: string;
  readonly ready?: () => Promise<boolean>;
}

async function started(
  planFor: (port: number) => Plan,
  file?: string,
  folder?: string,
): Promise<ProxyServer> {
  const port = await freePort();
  const plan = planFor(port);
  if (file !== undefined) await writeFile(file, JSON.stringify(plan.config));
  const server = await startServer(plan.program.path ?? '', plan.args, {
    ready: plan.ready ?? { host: '127.0.0.1', port },
  });
  return {
    port,
    link: plan.link(plan.right),
    wrong: plan.link(plan.wrong),
    stop: async () => {
      await server.stop();
      if (folder !== undefined) await rm(folder, { recursive: true });
    },
  };
}

async function singBoxInbound(
  inbound: { readonly type: string; readonly [name: string]: unknown },
  link: (port: number, credential: string) => string,
  right: string,
  wrong: string,
): Promise<ProxyServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sing-box-'));
  const file = join(folder, 'config.json');
  // Started last, because only a TCP server shows that the UDP servers listen as well.
  const beside = await freePort();
  return started(
    (port) => ({
      program: singBox,
      args: ['run', '-c', file],
      config: {
        log: { level: 'warn' },
        inbounds: [
          { tag: 'in', listen: '127.0.0.1', listen_port: port, ...inbound },
          { type: 'mixed', tag: 'beside', listen: '127.0.0.1', listen_port: beside },
        ],
        outbounds: [{ type: 'direct', tag: 'direct' }],
        dns: { servers: [{ type: 'local', tag: 'local' }] },
        route: { default_domain_resolver: 'local' },
      },
      link: (credential) => link(port, credential),
      right,
      wrong,
      ready: () => acceptsConnections({ host: '127.0.0.1', port: beside }),
    }),
    file,
    folder,
  );
}

const v2rayTls = {
  security: 'tls',
  tlsSettings: {
    certificates: [{ certificateFile: good.certFile, keyFile: good.keyFile }],
  },
};

async function v2rayInbound(
  inbound: object,
  link: (port: number, id: string) => string,
): Promise<ProxyServer> {
  const folder = await mkdtemp(join(tmpdir(), 'v2ray-'));
  const file = join(folder, 'config.json');
  return started(
    (port) => ({
      program: v2ray,
      args: ['-config', file],
      config: {
        log: { loglevel: 'warning' },
        inbounds: [{ listen: '127.0.0.1', port, ...inbound }],
        outbounds: [{ protocol: 'freedom' }],
      },
      link: (id) => link(port, id),
      right: ID,
      wrong: OTHER_ID,
    }),
    file,
    folder,
  );
}

function vmess(fields: object): string {
  return `vmess://${b64(JSON.stringify({ v: '2', ps: 'test', add: '127.0.0.1', ...fields }))}`;
}

/** Keys of X25519, in URL-safe base64. */
function x25519(): { readonly secret: string; readonly open: string } {
  const { privateKey } = generateKeyPairSync('x25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  return { secret: d, open: x };
}
