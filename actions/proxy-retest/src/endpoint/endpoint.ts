import { createHash } from 'node:crypto';

/**
 * A proxy of a share link or record. Its fields are untrusted but validated: hosts are names or IP
 * addresses without brackets, ports are 1 to 65535.
 */
export type Endpoint = NativeEndpoint | EngineEndpoint;

/** Tested without an engine. */
export interface NativeEndpoint {
  readonly protocol: 'http' | 'https' | 'socks4' | 'socks4a' | 'socks5';
  readonly host: string;
  readonly port: number;
  /** Empty without credentials. */
  readonly user: string;
  readonly password: string;
}

/** Tested through an engine. */
export type EngineEndpoint = Shadowsocks | VMess | Vless | Trojan | Hysteria2 | Tuic | WireGuard;

export interface Shadowsocks {
  readonly protocol: 'shadowsocks';
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly password: string;
  readonly plugin: ShadowsocksPlugin | undefined;
}

/** `host` is the name that the server receives. */
export type ShadowsocksPlugin =
  | { readonly name: 'obfs'; readonly mode: 'http' | 'tls'; readonly host: string }
  | {
      readonly name: 'v2ray-plugin';
      readonly tls: boolean;
      readonly host: string;
      readonly path: string;
    };

export interface VMess {
  readonly protocol: 'vmess';
  readonly host: string;
  readonly port: number;
  readonly uuid: string;
  readonly alterId: number;
  readonly security: string;
  readonly tls: Tls | undefined;
  readonly transport: Transport;
}

export interface Vless {
  readonly protocol: 'vless';
  readonly host: string;
  readonly port: number;
  readonly uuid: string;
  readonly flow: string;
  readonly tls: Tls | undefined;
  readonly transport: Transport;
}

export interface Trojan {
  readonly protocol: 'trojan';
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly tls: Tls | undefined;
  readonly transport: Transport;
}

export interface Hysteria2 {
  readonly protocol: 'hysteria2';
  readonly host: string;
  readonly port: number;
  /** Additional port ranges for port hopping, such as `20000-30000`. */
  readonly ports: readonly string[];
  readonly password: string;
  /** The password of the salamander obfuscation; may be empty. */
  readonly obfuscation: string;
  readonly tls: Tls;
}

export interface Tuic {
  readonly protocol: 'tuic';
  readonly host: string;
  readonly port: number;
  readonly uuid: string;
  readonly password: string;
  readonly congestion: string;
  readonly udpRelay: string;
  readonly tls: Tls;
}

export interface WireGuard {
  readonly protocol: 'wireguard';
  readonly host: string;
  readonly port: number;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly presharedKey: string;
  /** CIDR notation. */
  readonly addresses: readonly string[];
  readonly reserved: readonly number[];
  readonly mtu: number | undefined;
}

export interface Tls {
  /** Empty: the host is used. */
  readonly serverName: string;
  readonly insecure: boolean;
  readonly alpn: readonly string[];
  /** The browser whose TLS fingerprint is used; may be empty. */
  readonly fingerprint: string;
  readonly reality: { readonly publicKey: string; readonly shortId: string } | undefined;
}

export type Transport =
  | { readonly kind: 'tcp' }
  | {
      readonly kind: 'ws';
      readonly path: string;
      readonly host: string;
      readonly earlyData: number;
    }
  | { readonly kind: 'grpc'; readonly service: string }
  /** HTTP/2 over TLS; without TLS, HTTP/1.1 as v2ray's TCP with an HTTP header. */
  | { readonly kind: 'http'; readonly path: string; readonly hosts: readonly string[] }
  | { readonly kind: 'httpupgrade'; readonly path: string; readonly host: string };

/**
 * Identifies an endpoint across runs: the SHA-256, in hexadecimal, of every field that decides where
 * a connection goes and with which credentials. Two links that differ only in their remarks or their
 * spelling have the same identity.
 */
export function computeIdentity(endpoint: Endpoint): string {
  return createHash('sha256').update(toCanonicalJson(endpoint)).digest('hex');
}

/** JSON with sorted keys and without empty fields: a new optional field keeps old identities. */
function toCanonicalJson(endpoint: Endpoint): string {
  return JSON.stringify(endpoint, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value)
      .filter(([, field]) => !isEmpty(field))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  });
}

function isEmpty(field: unknown): boolean {
  if (Array.isArray(field)) return field.length === 0;
  return field === undefined || field === '' || field === false;
}
