import { isIP } from 'node:net';
import { plain } from '@repo/core/text/untrusted';
import type { NativeEndpoint } from '../endpoint/endpoint.ts';
import type { Connection } from './connection.ts';
import { AttemptFailed, type TestFailureKind } from './failure.ts';
import type { Target } from './target.ts';

/** Asks the proxy to connect to the target. */
export type Handshake = (
  connection: Connection,
  proxy: NativeEndpoint,
  target: Target,
) => Promise<void>;

/** The handshake of each protocol; `https` is `http` over TLS. */
export const HANDSHAKES: Readonly<Record<NativeEndpoint['protocol'], Handshake>> = {
  http: connectTunnel,
  https: connectTunnel,
  socks4: (connection, proxy, target) => socks4(connection, proxy, target, false),
  socks4a: (connection, proxy, target) => socks4(connection, proxy, target, true),
  socks5,
};

/** The status of an HTTP response; `undefined` when the head is not HTTP. */
export function parseStatus(head: string): number | undefined {
  const [, status] = /^HTTP\/1\.[01] (\d{3})(?: [^\r\n]*)?\r\n/.exec(head) ?? [];
  return status === undefined ? undefined : Number(status);
}

/** The header `Proxy-Authorization` with its line end (RFC 7617); empty without credentials. */
export function formatAuthorization({ user, password }: NativeEndpoint): string {
  if (user === '' && password === '') return '';
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return `Proxy-Authorization: Basic ${credentials}\r\n`;
}

/** RFC 9110 §9.3.6 */
async function connectTunnel(
  connection: Connection,
  proxy: NativeEndpoint,
  target: Target,
): Promise<void> {
  const { authority } = target;
  connection.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${formatAuthorization(proxy)}\r\n`,
  );
  const head = await connection.takeHead();
  const status = parseStatus(head);
  if (status === undefined) throw handshakeFailure('protocol', 'does not answer with HTTP');
  // tinyproxy answers 401 to invalid credentials.
  if (status === 407 || status === 401) {
    throw handshakeFailure('auth', `rejects the credentials (${status})`);
  }
  if (status < 200 || status > 299)
    throw handshakeFailure('proxy-refused', `refuses the tunnel (status ${status})`);
}

const SOCKS5_REPLIES: readonly string[] = [
  'granted',
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused by the target',
  'time to live expired',
  'command not supported',
  'address type not supported',
];

/** RFC 1928, and RFC 1929 for user and password. */
async function socks5(
  connection: Connection,
  proxy: NativeEndpoint,
  target: Target,
): Promise<void> {
  const { user, password } = proxy;
  const hasCredentials = user !== '' || password !== '';
  connection.write(Buffer.from(hasCredentials ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await connection.take(2);
  if (version !== 5) throw handshakeFailure('protocol', 'does not speak SOCKS5');
  if (method === 0xff || (method === 2 && !hasCredentials)) {
    throw handshakeFailure('auth', 'requires credentials, and the list has none');
  }
  if (method === 2) await authenticate(connection, user, password);
  else if (method !== 0) throw handshakeFailure('protocol', `chose an unknown method (${method})`);
  connection.write(
    Buffer.concat([Buffer.from([5, 1, 0]), socks5Address(target), portBytes(target.port)]),
  );
  const [replyVersion, reply = 1, , type] = await connection.take(4);
  if (replyVersion !== 5) throw handshakeFailure('protocol', 'does not speak SOCKS5');
  if (reply !== 0) {
    throw handshakeFailure('proxy-refused', SOCKS5_REPLIES[reply] ?? `reply ${reply}`);
  }
  // The bound address is not used, but has to be read.
  if (type === 1) await connection.take(4 + 2);
  else if (type === 4) await connection.take(16 + 2);
  else if (type === 3) await connection.take(((await connection.take(1))[0] ?? 0) + 2);
  else throw handshakeFailure('protocol', 'does not speak SOCKS5');
}

async function authenticate(connection: Connection, user: string, password: string): Promise<void> {
  connection.write(
    Buffer.concat([Buffer.from([1]), lengthPrefixed(user), lengthPrefixed(password)]),
  );
  const answer = await connection.take(2).catch((error: unknown) => {
    // Some proxies close the connection instead of replying.
    const isClosed = error instanceof AttemptFailed && /closed|reset/.test(error.failure.kind);
    throw isClosed
      ? handshakeFailure('auth', 'closed the connection after the credentials')
      : error;
  });
  if (answer[1] !== 0) throw handshakeFailure('auth', 'rejects the credentials');
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) {
    throw handshakeFailure(
      'config-invalid',
      'its user or password is longer than 255 bytes, the limit of SOCKS5',
    );
  }
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function socks5Address({ host }: Target): Buffer {
  const version = isIP(host);
  if (version === 4) return Buffer.concat([Buffer.from([1]), ipv4Bytes(host)]);
  if (version === 6) return Buffer.concat([Buffer.from([4]), ipv6Bytes(host)]);
  return Buffer.concat([Buffer.from([3]), lengthPrefixed(host)]);
}

/**
 * SOCKS4, and SOCKS4a, which sends a host name instead of an address.
 *
 * @param byName lets the proxy resolve the name of the target
 */
async function socks4(
  connection: Connection,
  { user, password }: NativeEndpoint,
  { host, port }: Target,
  byName: boolean,
): Promise<void> {
  if (password !== '')
    throw handshakeFailure('config-invalid', 'SOCKS4 does not support passwords');
  const isAddress = isIP(host) === 4;
  if (!isAddress && !byName) {
    throw handshakeFailure('local', 'SOCKS4 supports only targets with an IPv4 address');
  }
  connection.write(
    Buffer.concat([
      Buffer.from([4, 1]),
      portBytes(port),
      isAddress ? ipv4Bytes(host) : Buffer.from([0, 0, 0, 1]),
      Buffer.from(`${user}\0`),
      ...(isAddress ? [] : [Buffer.from(`${host}\0`)]),
    ]),
  );
  const [version, reply] = await connection.take(8);
  if (version !== 0) throw handshakeFailure('protocol', 'does not speak SOCKS4');
  if (reply === 92 || reply === 93) throw handshakeFailure('auth', 'rejects the user');
  if (reply === 91) throw handshakeFailure('proxy-refused', 'rejected or failed');
  if (reply !== 90) throw handshakeFailure('protocol', 'does not speak SOCKS4');
}

function portBytes(port: number): Buffer {
  return Buffer.from([port >> 8, port & 0xff]);
}

function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser returns the canonical form, without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const all = [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return Buffer.from(all.flatMap((group) => toBytes(Number.parseInt(group, 16))));
}

function toBytes(value: number): readonly [number, number] {
  return [value >> 8, value & 0xff];
}

function handshakeFailure(kind: TestFailureKind, message: string): AttemptFailed {
  return new AttemptFailed({ phase: 'proxy', kind, message: plain(message) });
}
