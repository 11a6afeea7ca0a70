import { explainError } from '@repo/probe/explain';
import type { FailureKind, Phase } from '@repo/probe/failure';
import type { TestFailure, TestFailureKind, TestPhase } from './failure.ts';

/** Certificate errors of OpenSSL and Node.js. */
const CERTIFICATE =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|INVALID_CA|PATH_LENGTH|HOSTNAME_)/;

/** A kind that is missing here is a failure of this machine, e.g. when no name server answers. */
const KINDS: Partial<Record<FailureKind, TestFailureKind>> = {
  refused: 'refused',
  reset: 'reset',
  unreachable: 'unreachable',
  timeout: 'timeout',
  closed: 'closed',
  'tls-failed': 'tls-failed',
  'dns-not-found': 'dns',
  'dns-failed': 'dns',
  'address-refused': 'address-refused',
  protocol: 'protocol',
};

const PROBE_PHASES: Readonly<Record<TestPhase, Phase>> = {
  config: 'request',
  engine: 'request',
  dns: 'dns',
  tcp: 'connect',
  'proxy-tls': 'tls',
  proxy: 'request',
  tls: 'tls',
  'first-byte': 'first-byte',
  body: 'body',
};

/** Maps an error of Node.js, the system or OpenSSL to a failure of the phase. */
export function explainSocketError(error: Error, phase: TestPhase): TestFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (CERTIFICATE.test(code)) {
    return phase === 'proxy-tls'
      ? { phase, kind: 'proxy-certificate', message: `its certificate is not valid (${code})` }
      : {
          phase,
          kind: 'tls-mitm',
          message: `the certificate is not the target's (${code})`,
        };
  }
  const { kind } = explainError(error, { phase: PROBE_PHASES[phase], peer: 'it' });
  return {
    phase,
    kind: toFailureKind(kind),
    message: MESSAGES[kind] ?? `failed (${code || error.name})`,
  };
}

export function toFailureKind(kind: FailureKind): TestFailureKind {
  return KINDS[kind] ?? 'local';
}

const MESSAGES: Partial<Record<FailureKind, string>> = {
  refused: 'connection refused',
  reset: 'connection reset',
  unreachable: 'host unreachable',
  closed: 'closed the connection',
  timeout: 'connection timed out',
  'tls-failed': 'TLS handshake failed',
};
