import { isIP } from 'node:net';
import { formatDuration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import type { FailureKind, Phase, ProbeFailure } from './failure.ts';
import type { End } from './limit.ts';

/** Where in an attempt something went wrong, and with whom. */
export interface Place {
  readonly phase: Phase;
  /** As {@link peerName} writes it, or the path of a socket. */
  readonly peer: string;
}

/** `127.0.0.1:80`, `[::1]:80`, or with a name `example.com:443 (192.0.2.1)`. */
export function peerName(host: string, port: number | string, address = host): string {
  const name = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  return plain(address === host ? name : `${name} (${address})`);
}

/** Why the attempt was ended from our side, told for the phase that it was in. */
export function explainEnd(end: End, { phase, peer }: Place, timeoutMs: number): ProbeFailure {
  if (end === 'aborted') {
    return { phase, kind: 'aborted', message: `stopped while ${DOING[phase]} ${peer}` };
  }
  const within = formatDuration(timeoutMs);
  return phase === 'dns'
    ? { phase, kind: 'dns-timeout', message: `${peer} was not resolved within ${within}` }
    : { phase, kind: 'timeout', message: `not done ${DOING[phase]} ${peer} within ${within}` };
}

const DOING: Readonly<Record<Phase, string>> = {
  dns: 'resolving',
  connect: 'connecting to',
  tls: 'in the TLS handshake with',
  request: 'sending the request to',
  'first-byte': 'waiting for the first byte from',
  body: 'reading the answer of',
};

/** What an error of Node, the system or OpenSSL means for the attempt. */
export function explainError(error: unknown, place: Place): ProbeFailure {
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const code = textField(first, 'code');
  const kind = kindOf(first, code, place.phase);
  // OpenSSL's messages hold addresses and source lines; its reason is what people can read.
  const reason = plain(textField(first, 'reason') ?? messageOf(first), 120);
  const causes = causesOf(error);
  return {
    // Over TLS 1.3 a server refuses a client certificate only after the handshake.
    phase: kind === 'tls-failed' ? 'tls' : place.phase,
    kind,
    ...(code !== undefined && { code }),
    message: SENTENCES[kind]?.(place, reason) ?? `${place.peer}: ${reason}`,
    ...(causes.length > 0 && { causes }),
  };
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns-not-found',
  ENODATA: 'dns-not-found',
  ETIMEOUT: 'dns-timeout',
};

function kindOf(error: unknown, code: string | undefined, phase: Phase): FailureKind {
  // Node gives an orderly close the code of a reset; only a real one comes from a system call.
  if (code === 'ECONNRESET' && textField(error, 'syscall') === undefined) return 'closed';
  if (code?.startsWith('HPE_') || code?.startsWith('Z_') || code?.startsWith('ERR__ERROR_FORMAT')) {
    return 'protocol';
  }
  if (code?.startsWith('ERR_SSL_') || code === 'EPROTO') return 'tls-failed';
  const known = code === undefined ? undefined : KINDS[code];
  if (phase !== 'dns') return known ?? 'local';
  // Whatever a resolver says is about the name, unless this machine could not even ask.
  if (code !== undefined && OF_THIS_MACHINE.has(code)) return 'local';
  return known?.startsWith('dns-') ? known : 'dns-failed';
}

const OF_THIS_MACHINE: ReadonlySet<string> = new Set([
  'EACCES',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EPERM',
]);

const SENTENCES: Partial<Record<FailureKind, (place: Place, reason: string) => string>> = {
  'dns-not-found': ({ peer }) => `${peer} has no address`,
  'dns-failed': ({ peer }, reason) => `${peer} could not be resolved: ${reason}`,
  'dns-timeout': ({ peer }) => `no name server answered for ${peer}`,
  refused: ({ peer }) => `connection refused by ${peer}`,
  reset: ({ phase, peer }) => `connection reset while ${DOING[phase]} ${peer}`,
  unreachable: ({ peer }, reason) => `no way to ${peer}: ${reason}`,
  timeout: ({ phase, peer }) => `the system gave up ${DOING[phase]} ${peer}`,
  closed: ({ phase, peer }) =>
    phase === 'body'
      ? `${peer} closed the connection before its answer was complete`
      : `${peer} closed the connection without an answer`,
  'tls-failed': ({ peer }, reason) => `no TLS with ${peer}: ${reason}`,
  protocol: ({ peer }, reason) => `the answer of ${peer} cannot be read: ${reason}`,
};

/** What is behind an error, outermost first, at most five: members of an aggregate and causes. */
function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  const waiting = behind(error);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    causes.push(plain(messageOf(next)));
    if (causes.length === 5) break;
    waiting.push(...behind(next));
  }
  return causes;
}

function behind(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const members: unknown[] = error instanceof AggregateError ? error.errors : [];
  return error.cause === undefined ? [...members] : [...members, error.cause];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function textField(error: unknown, name: string): string | undefined {
  if (!(error instanceof Error) || !(name in error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
