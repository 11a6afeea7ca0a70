import { plain } from '@repo/core/text/untrusted';
import type { TestFailure } from '../endpoint-test/failure.ts';

type FailurePattern = readonly [
  pattern: RegExp,
  phase: TestFailure['phase'],
  kind: TestFailure['kind'],
  message: string,
];

/** Errors of sing-box and of Go's network, TLS and QUIC libraries; the first match counts. */
const PATTERNS: readonly FailurePattern[] = [
  [/authentication failed/, 'proxy', 'auth', 'its credentials are wrong'],
  [/reality verification failed/, 'proxy', 'auth', 'its reality key or short id is wrong'],
  [
    /x509: certificate has expired/,
    'proxy-tls',
    'proxy-certificate',
    'its certificate has expired or is not yet valid',
  ],
  [
    /x509: certificate is (not )?valid for|any IP SANs|not valid for any names/,
    'proxy-tls',
    'proxy-certificate',
    'its certificate is for another name',
  ],
  [
    /x509:|failed to verify certificate/,
    'proxy-tls',
    'proxy-certificate',
    'its certificate is not signed by a trusted authority',
  ],
  [
    /first record does not look like a TLS handshake/,
    'proxy-tls',
    'protocol',
    'it does not speak TLS',
  ],
  [/TLS handshake: (EOF|unexpected EOF)/i, 'proxy-tls', 'closed', 'closed the connection'],
  [/\btls: |CRYPTO_ERROR/, 'proxy-tls', 'tls-failed', 'TLS handshake failed'],
  [/connection refused/, 'tcp', 'refused', 'connection refused'],
  [
    /(network|host) is (unreachable|down)|no route to host/,
    'tcp',
    'unreachable',
    'host unreachable',
  ],
  [/dial (tcp|udp) .*(i\/o timeout|deadline exceeded)/, 'tcp', 'timeout', 'connection timed out'],
  [/dial tcp .*reset by peer/, 'tcp', 'reset', 'connection reset'],
  [/reset by peer|broken pipe/, 'proxy', 'reset', 'connection reset'],
  [
    /no recent network activity|handshake did not complete|i\/o timeout|deadline exceeded/,
    'proxy',
    'timeout',
    'timed out',
  ],
  [
    /unexpected (HTTP response )?status|bad status|malformed HTTP|unexpected response/i,
    'proxy',
    'protocol',
    'its server does not support the transport (WebSocket, HTTP or gRPC)',
  ],
  [
    /Application error/,
    'proxy',
    'proxy-refused',
    'closed the connection without an answer: wrong credentials, or the target is unreachable',
  ],
  [
    /\bEOF\b|closed network connection|closed pipe|connection (up|down)load closed/,
    'proxy',
    'closed',
    'closed the connection',
  ],
];

/**
 * Maps an error of the engine to a failure; `undefined` when the error only reports that the client
 * closed the connection.
 */
export function explainFailure(text: string): TestFailure | undefined {
  if (/context canceled|operation was canceled/.test(text)) return undefined;
  for (const [pattern, phase, kind, message] of PATTERNS) {
    if (pattern.test(text)) return { phase, kind, message };
  }
  const reason = text.replace(/^.* using outbound\/[\w-]+\[\w+\]: /, '');
  return { phase: 'proxy', kind: 'protocol', message: plain(reason, 120) };
}
