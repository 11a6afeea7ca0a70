import { describe, expect, it } from 'vitest';
import { explainFailure } from './explain-failure.ts';

const opening = (reason: string) =>
  `connection: open connection to a.example:443 using outbound/vless[p1]: ${reason}`;

describe('explainFailure', () => {
  it.each([
    ['dial tcp 192.0.2.1:1: connect: connection refused', 'tcp', 'refused'],
    [
      'quic: transport closed: read udp 1.1.1.1:1->2.2.2.2:1: read: connection refused',
      'tcp',
      'refused',
    ],
    ['dial tcp 192.0.2.1:1: i/o timeout', 'tcp', 'timeout'],
    ['dial tcp [2001:db8::1]:1: connect: network is unreachable', 'tcp', 'unreachable'],
    ['dial tcp 192.0.2.1:1: connect: no route to host', 'tcp', 'unreachable'],
    ['read tcp 1.1.1.1:1->2.2.2.2:1: read: connection reset by peer', 'proxy', 'reset'],
    ['authentication failed, status code: 404', 'proxy', 'auth'],
    ['reality verification failed', 'proxy', 'auth'],
    [
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'proxy-tls',
      'proxy-certificate',
    ],
    [
      'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026',
      'proxy-tls',
      'proxy-certificate',
    ],
    [
      'x509: certificate is valid for other.example, not localhost',
      'proxy-tls',
      'proxy-certificate',
    ],
    [
      'CRYPTO_ERROR 0x12a (local): tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'proxy-tls',
      'proxy-certificate',
    ],
    ['tls: first record does not look like a TLS handshake', 'proxy-tls', 'protocol'],
    ['remote error: tls: handshake failure', 'proxy-tls', 'tls-failed'],
    ['TLS handshake: EOF', 'proxy-tls', 'closed'],
    ['timeout: no recent network activity', 'proxy', 'timeout'],
    ['unexpected HTTP response status: 404', 'proxy', 'protocol'],
    ['Application error 0x0 (remote)', 'proxy', 'proxy-refused'],
    ['EOF', 'proxy', 'closed'],
  ])('%s', (reason, phase, kind) => {
    expect(explainFailure(opening(reason))).toMatchObject({ phase, kind });
  });

  it.each([
    'connection upload closed: io: read/write on closed pipe',
    'connection download closed: x',
  ])('knows a connection that ended later: %s', (text) => {
    expect(explainFailure(text)).toMatchObject({ phase: 'proxy', kind: 'closed' });
  });

  it('ignores connections that the client closed', () => {
    expect(explainFailure(opening('context canceled'))).toBeUndefined();
    expect(explainFailure(opening('dial tcp 192.0.2.1:1: operation was canceled'))).toBeUndefined();
  });

  it('returns unknown errors as one printable line', () => {
    const failure = explainFailure(opening('something \u001b[31mnew\n::error::x'));
    expect(failure).toEqual({
      phase: 'proxy',
      kind: 'protocol',
      message: 'something new ::error::x',
    });
  });
});
