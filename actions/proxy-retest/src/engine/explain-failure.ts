import { plain } from '@repo/core/text/untrusted';
import type { TestFailure } from '../test/failure.ts';

type Rule = readonly [
  pattern: RegExp,
  phase: TestFailure['phase'],
  kind: TestFailure['kind'],
  message: string,
];

/** The words of Go's network, TLS and QUIC, and of sing-box; the first that fits counts. */
const RULES: readonly Rule[] = [
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
    'its certificate is signed by nobody who is trusted',
  ],
  [
    /first record does not look like a TLS handshake/,
    'proxy-tls',
    'protocol',
    'it does not speak TLS',
  ],
  [/TLS handshake: (EOF|unexpected EOF)/i, 'proxy-tls', 'closed', 'closed the connection'],
  [/\btls: |CRYPTO_ERROR/, 'proxy-tls', 'tls-failed', 'no TLS with it'],
  [/connection refused/, 'tcp', 'refused', 'connection refused'],
  [/(network|host) is (unreachable|down)|no route to host/, 'tcp', 'unreachable', 'no way to it'],
  [/dial (tcp|udp) .*(i\/o timeout|deadline exceeded)/, 'tcp', 'timeout', 'no connection in time'],
  [/dial tcp .*reset by peer/, 'tcp', 'reset', 'connection reset'],
  [/reset by peer|broken pipe/, 'proxy', 'reset', 'connection reset'],
  [
    /no recent network activity|handshake did not complete|i\/o timeout|deadline exceeded/,
    'proxy',
    'timeout',
    'no answer in time',
  ],
  [
    /unexpected (HTTP response )?status|bad status|malformed HTTP|unexpected response/i,
    'proxy',
    'protocol',
    'it does not take its transport (WebSocket, HTTP or gRPC) there',
  ],
  [
    /Application error/,
    'proxy',
    'proxy-refused',
    'closes without an answer: its credentials are wrong, or it cannot go on',
  ],
  [
    /\bEOF\b|closed network connection|closed pipe|connection (up|down)load closed/,
    'proxy',
    'closed',
    'closed the connection',
  ],
];

/**
 * The kind of a failure by what the engine wrote about it; `undefined` where it only says that we
 * ended the connection.
 */
export function explainFailure(text: string): TestFailure | undefined {
  if (/context canceled|operation was canceled/.test(text)) return undefined;
  for (const [pattern, phase, kind, message] of RULES) {
    if (pattern.test(text)) return { phase, kind, message };
  }
  const reason = text.replace(/^.* using outbound\/[\w-]+\[\w+\]: /, '');
  return { phase: 'proxy', kind: 'protocol', message: plain(reason, 120) };
}
