import { explainError } from '@repo/probe/explain';
import type { FailureKind, Phase } from '@repo/probe/failure';
import type { TestFailure, TestFailureKind, TestPhase } from './failure.ts';

/** OpenSSL's and Node's objections to a certificate. */
const CERTIFICATE =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|INVALID_CA|PATH_LENGTH|HOSTNAME_)/;

/** That no name server answers is a fault of ours: it says nothing about the endpoint. */
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

/** What an error of Node, the system or OpenSSL means for the phase that it came in. */
export function explainFault(error: Error, phase: TestPhase): TestFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (CERTIFICATE.test(code)) {
    return phase === 'proxy-tls'
      ? { phase, kind: 'proxy-certificate', message: `its certificate is not valid (${code})` }
      : {
          phase,
          kind: 'tls-mitm',
          message: `the certificate behind it is not the target's (${code})`,
        };
  }
  const { kind } = explainError(error, { phase: PROBE_PHASES[phase], peer: 'it' });
  return {
    phase,
    kind: kindOf(kind),
    message: SENTENCES[kind] ?? `failed (${code || error.name})`,
  };
}

export function kindOf(kind: FailureKind): TestFailureKind {
  return KINDS[kind] ?? 'local';
}

const SENTENCES: Partial<Record<FailureKind, string>> = {
  refused: 'connection refused',
  reset: 'connection reset',
  unreachable: 'no way to it',
  closed: 'closed the connection',
  timeout: 'the system gave up',
  'tls-failed': 'no TLS with it',
};
