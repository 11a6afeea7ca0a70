import { isIP } from 'node:net';
import { formatDuration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import type { FailureKind, Phase, ProbeFailure } from './failure.ts';
import type { EndReason } from './limit.ts';

/** The phase of an attempt and its peer. */
export interface ProbeStep {
  readonly phase: Phase;
  /** In the format of {@link peerName}, or the path of a socket. */
  readonly peer: string;
}

/** `127.0.0.1:80`, `[::1]:80`, or `example.com:443 (192.0.2.1)`. */
export function peerName(host: string, port: number | string, address = host): string {
  const name = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  return plain(address === host ? name : `${name} (${address})`);
}

/** The failure of an attempt that timed out or was cancelled in a phase. */
export function explainEnd(
  end: EndReason,
  { phase, peer }: ProbeStep,
  timeoutMs: number,
): ProbeFailure {
  if (end === 'aborted') {
    return { phase, kind: 'aborted', message: `cancelled while ${ACTIVITIES[phase]} ${peer}` };
  }
  const limit = formatDuration(timeoutMs);
  return phase === 'dns'
    ? { phase, kind: 'dns-timeout', message: `timed out after ${limit} while resolving ${peer}` }
    : {
        phase,
        kind: 'timeout',
        message: `timed out after ${limit} while ${ACTIVITIES[phase]} ${peer}`,
      };
}

const ACTIVITIES: Readonly<Record<Phase, string>> = {
  dns: 'resolving',
  connect: 'connecting to',
  tls: 'in the TLS handshake with',
  request: 'sending the request to',
  'first-byte': 'waiting for the first byte from',
  body: 'reading the response from',
};

/** The failure that an error of Node, the system or OpenSSL means. */
export function explainError(error: unknown, step: ProbeStep): ProbeFailure {
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const code = getTextField(first, 'code');
  const kind = getFailureKind(first, code, step.phase);
  // Messages of OpenSSL contain memory addresses and source lines. `reason` is readable.
  const reason = plain(getTextField(first, 'reason') ?? getMessage(first), 120);
  const causes = getCauses(error);
  return {
    // With TLS 1.3, a server rejects a client certificate only after the handshake.
    phase: kind === 'tls-failed' ? 'tls' : step.phase,
    kind,
    ...(code !== undefined && { code }),
    message: MESSAGES[kind]?.(step, reason) ?? `${step.peer}: ${reason}`,
    ...(causes.length > 0 && { causes }),
  };
}

const KIND_BY_CODE: Readonly<Record<string, FailureKind>> = {
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

function getFailureKind(error: unknown, code: string | undefined, phase: Phase): FailureKind {
  // Node reports an orderly close as ECONNRESET, but without a system call.
  if (code === 'ECONNRESET' && getTextField(error, 'syscall') === undefined) return 'closed';
  if (code?.startsWith('HPE_') || code?.startsWith('Z_') || code?.startsWith('ERR__ERROR_FORMAT')) {
    return 'protocol';
  }
  if (code?.startsWith('ERR_SSL_') || code === 'EPROTO') return 'tls-failed';
  const known = code === undefined ? undefined : KIND_BY_CODE[code];
  if (phase !== 'dns') return known ?? 'local';
  // Other errors of the resolver concern the name.
  if (code !== undefined && LOCAL_CODES.has(code)) return 'local';
  return known?.startsWith('dns-') ? known : 'dns-failed';
}

const LOCAL_CODES: ReadonlySet<string> = new Set([
  'EACCES',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EPERM',
]);

const MESSAGES: Partial<Record<FailureKind, (step: ProbeStep, reason: string) => string>> = {
  'dns-not-found': ({ peer }) => `${peer} has no address`,
  'dns-failed': ({ peer }, reason) => `${peer} could not be resolved: ${reason}`,
  'dns-timeout': ({ peer }) => `the DNS lookup of ${peer} timed out`,
  refused: ({ peer }) => `connection refused by ${peer}`,
  reset: ({ phase, peer }) => `connection reset while ${ACTIVITIES[phase]} ${peer}`,
  unreachable: ({ peer }, reason) => `${peer} is unreachable: ${reason}`,
  timeout: ({ phase, peer }) => `the system timed out while ${ACTIVITIES[phase]} ${peer}`,
  closed: ({ phase, peer }) =>
    phase === 'body'
      ? `${peer} closed the connection before the response was complete`
      : `${peer} closed the connection without a response`,
  'tls-failed': ({ peer }, reason) => `the TLS handshake with ${peer} failed: ${reason}`,
  protocol: ({ peer }, reason) => `the response from ${peer} is invalid: ${reason}`,
};

/** The members of an aggregate and the causes of an error, outermost first, at most five. */
function getCauses(error: unknown): string[] {
  const causes: string[] = [];
  const queue = getDirectCauses(error);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    causes.push(plain(getMessage(next)));
    if (causes.length === 5) break;
    queue.push(...getDirectCauses(next));
  }
  return causes;
}

function getDirectCauses(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const members: unknown[] = error instanceof AggregateError ? error.errors : [];
  return error.cause === undefined ? [...members] : [...members, error.cause];
}

function getMessage(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function getTextField(error: unknown, name: string): string | undefined {
  if (!(error instanceof Error) || !(name in error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
