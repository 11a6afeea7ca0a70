import { isIP } from 'node:net';
import { plain } from '@repo/core/text/untrusted';
import type { NativeEndpoint } from '../endpoint/endpoint.ts';
import { AttemptFailed, type TestFailureKind } from './failure.ts';
import type { Target } from './target.ts';
import type { Wire } from './wire.ts';

/** Asks the proxy at the other end of the wire for a way to the target. */
export type Handshake = (wire: Wire, proxy: NativeEndpoint, target: Target) => Promise<void>;

/** For each protocol how a way is asked for; `https` is `http` over TLS. */
export const HANDSHAKES: Readonly<Record<NativeEndpoint['protocol'], Handshake>> = {
  http: connectTunnel,
  https: connectTunnel,
  socks4: (wire, proxy, target) => socks4(wire, proxy, target, false),
  socks4a: (wire, proxy, target) => socks4(wire, proxy, target, true),
  socks5,
};

/** The head of an HTTP answer. */
export function statusOf(head: string): number | undefined {
  const [, status] = /^HTTP\/1\.[01] (\d{3})(?: [^\r\n]*)?\r\n/.exec(head) ?? [];
  return status === undefined ? undefined : Number(status);
}

/** `Proxy-Authorization` with its line end, or nothing (RFC 7617). */
export function authorizationOf({ user, password }: NativeEndpoint): string {
  if (user === '' && password === '') return '';
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return `Proxy-Authorization: Basic ${credentials}\r\n`;
}

/** RFC 9110 §9.3.6 */
async function connectTunnel(wire: Wire, proxy: NativeEndpoint, target: Target): Promise<void> {
  const { authority } = target;
  wire.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorizationOf(proxy)}\r\n`,
  );
  const head = await wire.takeHead();
  const status = statusOf(head);
  if (status === undefined) throw refusal('protocol', 'does not answer in HTTP');
  // tinyproxy says 401 to wrong ones.
  if (status === 407 || status === 401) {
    throw refusal('auth', `wants other credentials (${status})`);
  }
  if (status < 200 || status > 299) throw refusal('proxy-refused', `no tunnel (status ${status})`);
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
async function socks5(wire: Wire, proxy: NativeEndpoint, target: Target): Promise<void> {
  const { user, password } = proxy;
  const hasCredentials = user !== '' || password !== '';
  wire.write(Buffer.from(hasCredentials ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await wire.take(2);
  if (version !== 5) throw refusal('protocol', 'does not speak SOCKS5');
  if (method === 0xff || (method === 2 && !hasCredentials)) {
    throw refusal('auth', 'wants credentials that the list does not have');
  }
  if (method === 2) await authenticate(wire, user, password);
  else if (method !== 0) throw refusal('protocol', `chose an unknown method (${method})`);
  wire.write(
    Buffer.concat([Buffer.from([5, 1, 0]), socks5Address(target), portBytes(target.port)]),
  );
  const [replyVersion, reply = 1, , type] = await wire.take(4);
  if (replyVersion !== 5) throw refusal('protocol', 'does not speak SOCKS5');
  if (reply !== 0) {
    throw refusal('proxy-refused', SOCKS5_REPLIES[reply] ?? `reply ${reply}`);
  }
  // The address that it is bound to is of no use to us, and has to be read all the same.
  if (type === 1) await wire.take(4 + 2);
  else if (type === 4) await wire.take(16 + 2);
  else if (type === 3) await wire.take(((await wire.take(1))[0] ?? 0) + 2);
  else throw refusal('protocol', 'does not speak SOCKS5');
}

async function authenticate(wire: Wire, user: string, password: string): Promise<void> {
  wire.write(Buffer.concat([Buffer.from([1]), pluralize(user), pluralize(password)]));
  const answer = await wire.take(2).catch((error: unknown) => {
    // Some hang up instead of saying no.
    const hungUp = error instanceof AttemptFailed && /closed|reset/.test(error.failure.kind);
    throw hungUp ? refusal('auth', 'hung up on the credentials') : error;
  });
  if (answer[1] !== 0) throw refusal('auth', 'does not accept the credentials');
}

function pluralize(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) {
    throw refusal('config-invalid', 'user or password is longer than SOCKS5 can carry');
  }
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function socks5Address({ host }: Target): Buffer {
  const version = isIP(host);
  if (version === 4) return Buffer.concat([Buffer.from([1]), ipv4Bytes(host)]);
  if (version === 6) return Buffer.concat([Buffer.from([4]), ipv6Bytes(host)]);
  return Buffer.concat([Buffer.from([3]), pluralize(host)]);
}

/**
 * SOCKS4, and 4a: with a name in the place of the address.
 *
 * @param byName the proxy is asked to look the target up; otherwise the target is an IPv4 address
 */
async function socks4(
  wire: Wire,
  { user, password }: NativeEndpoint,
  { host, port }: Target,
  byName: boolean,
): Promise<void> {
  if (password !== '') throw refusal('config-invalid', 'SOCKS4 has no passwords');
  const isAddress = isIP(host) === 4;
  if (!isAddress && !byName) {
    throw refusal('local', 'SOCKS4 reaches targets by their IPv4 address alone');
  }
  wire.write(
    Buffer.concat([
      Buffer.from([4, 1]),
      portBytes(port),
      isAddress ? ipv4Bytes(host) : Buffer.from([0, 0, 0, 1]),
      Buffer.from(`${user}\0`),
      ...(isAddress ? [] : [Buffer.from(`${host}\0`)]),
    ]),
  );
  const [version, reply] = await wire.take(8);
  if (version !== 0) throw refusal('protocol', 'does not speak SOCKS4');
  if (reply === 92 || reply === 93) throw refusal('auth', 'does not accept the user');
  if (reply === 91) throw refusal('proxy-refused', 'rejected or failed');
  if (reply !== 90) throw refusal('protocol', 'does not speak SOCKS4');
}

function portBytes(port: number): Buffer {
  return Buffer.from([port >> 8, port & 0xff]);
}

function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser writes it in its one canonical form, without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const all = [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return Buffer.from(all.flatMap((group) => portBytesOf(Number.parseInt(group, 16))));
}

function portBytesOf(value: number): readonly [number, number] {
  return [value >> 8, value & 0xff];
}

function refusal(kind: TestFailureKind, message: string): AttemptFailed {
  return new AttemptFailed({ phase: 'proxy', kind, message: plain(message) });
}
