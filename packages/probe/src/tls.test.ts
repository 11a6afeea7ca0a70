import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import type { Behaviour, Connection } from '@repo/testkit/faults/behaviour';
import { closeSilently, garbage, hang } from '@repo/testkit/faults/breaks';
import { type ServerTls, startHttpServer } from '@repo/testkit/faults/http-server';
import { startTcpServer } from '@repo/testkit/faults/tcp-server';
import { describe, expect, it } from 'vitest';
import { connectTcp } from './tcp.ts';
import { type Handshake, type HandshakeOptions, handshake, type TlsSettings } from './tls.ts';

const { ca, good, expired, notYetValid, selfSigned, wrongName, untrustedChain, ...others } =
  certificates();
const trusting: TlsSettings = { ca: ca.cert };

async function shake(
  { host, port }: { host: string; port: number },
  change: Partial<HandshakeOptions> = {},
): Promise<Handshake> {
  const { signal } = new AbortController();
  const connection = await connectTcp({ address: host, port, timeoutMs: 5_000, signal });
  if (!connection.ok) throw new Error(connection.failure.message);
  const result = await handshake(connection.socket, {
    host: 'localhost',
    settings: trusting,
    timeoutMs: 5_000,
    signal,
    ...change,
  });
  if (result.ok) result.socket.destroy();
  expect(connection.socket.destroyed).toBe(true);
  return result;
}

async function shakeWith(tls: ServerTls, change: Partial<HandshakeOptions> = {}) {
  await using server = await startHttpServer({ script: respond(200), tls });
  return await shake(server, change);
}

async function problemsOf(pair: ServerTls['pair'], change: Partial<HandshakeOptions> = {}) {
  const result = await shakeWith({ pair }, change);
  if (!result.ok) throw new Error(result.failure.message);
  expect(result.certificate.trusted).toBe(result.certificate.problems.length === 0);
  return result.certificate.problems;
}

describe('certificate facts', () => {
  it('describe a valid certificate', async () => {
    const result = await shakeWith({ pair: good });
    expect(result.ms).toBeGreaterThan(0);
    expect(result.certificate).toEqual({
      version: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      validFrom: new Date('2025-01-01T00:00:00Z'),
      validTo: new Date('2125-01-01T00:00:00Z'),
      subject: 'CN=localhost',
      issuer: 'CN=Testkit CA',
      names: ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'],
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      trusted: true,
      problems: [],
    });
  });

  it('are the same for each use of the settings', async () => {
    await using server = await startHttpServer({ script: respond(200), tls: { pair: good } });
    const results = [await shake(server), await shake(server)];
    expect(results.map(({ certificate }) => certificate?.subject)).toEqual([
      'CN=localhost',
      'CN=localhost',
    ]);
  });

  it('include the dates of an expired certificate', async () => {
    const result = await shakeWith({ pair: expired });
    expect(result.certificate?.validTo).toEqual(new Date('2021-01-01T00:00:00Z'));
    expect(result.certificate?.problems).toEqual([
      {
        kind: 'certificate-expired',
        message: expect.stringMatching(/^the certificate expired on 2021-01-01 \(\d+ days ago\)$/),
      },
    ]);
  });

  it('distinguish the other problems', async () => {
    expect(await problemsOf(notYetValid)).toEqual([
      {
        kind: 'certificate-not-yet-valid',
        message: expect.stringMatching(
          /^the certificate is not valid before 2120-01-01 \(in \d+ days\)$/,
        ),
      },
    ]);
    expect(await problemsOf(selfSigned)).toEqual([
      {
        kind: 'certificate-self-signed',
        message: 'the certificate is self-signed (CN=localhost)',
      },
    ]);
    expect(await problemsOf(wrongName)).toEqual([
      {
        kind: 'certificate-wrong-name',
        message: 'the certificate is for other.example, not for localhost',
      },
    ]);
    expect(await problemsOf(untrustedChain)).toEqual([
      {
        kind: 'certificate-untrusted',
        message:
          'the issuer of the certificate, CN=Another testkit CA, is not trusted (SELF_SIGNED_CERT_IN_CHAIN)',
      },
    ]);
  });

  it('distinguish an expired intermediate certificate', async () => {
    expect(await problemsOf(others.expiredIntermediate)).toEqual([
      {
        kind: 'certificate-expired',
        message: expect.stringMatching(
          /^the issuer's certificate CN=Expired testkit intermediate expired on 2021-01-01/,
        ),
      },
    ]);
  });

  it('include problems that OpenSSL does not report with an expired date', async () => {
    const problems = await problemsOf(expired, { settings: {}, host: 'other.example' });
    expect(problems.map(({ kind }) => kind)).toEqual([
      'certificate-expired',
      'certificate-untrusted',
      'certificate-wrong-name',
    ]);
  });

  it('mention a missing intermediate certificate', async () => {
    expect(await problemsOf(good, { settings: {} })).toEqual([
      {
        kind: 'certificate-untrusted',
        message: expect.stringContaining('the server does not send an intermediate certificate'),
      },
    ]);
  });

  it('compare an IP address with the addresses of the certificate', async () => {
    expect(await problemsOf(good, { host: '127.0.0.1' })).toEqual([]);
    expect(await problemsOf(good, { host: '::1' })).toEqual([]);
    expect(await problemsOf(good, { host: '127.0.0.2' })).toMatchObject([
      { kind: 'certificate-wrong-name' },
    ]);
  });

  it('use the server name of the settings', async () => {
    const tls = { pair: good, sni: { 'other.example': wrongName } };
    const settings = { ...trusting, servername: 'other.example' };
    const result = await shakeWith(tls, { settings });
    expect(result.certificate).toMatchObject({ subject: 'CN=other.example', trusted: true });
  });

  it('trust all authorities of a bundle', async () => {
    const settings = { ca: [`# ours\n${ca.cert}\n${selfSigned.cert}`] };
    expect(await problemsOf(selfSigned, { settings })).toEqual([]);
    expect(await problemsOf(good, { settings })).toEqual([]);
  });

  it('still trust the built-in authorities', async () => {
    const builtIn = getCACertificates('default');
    setDefaultCACertificates([...builtIn, ca.cert]);
    try {
      expect(await problemsOf(good, { settings: { ca: selfSigned.cert } })).toEqual([]);
      expect(await problemsOf(good, { settings: {} })).toEqual([]);
    } finally {
      setDefaultCACertificates(builtIn);
    }
  });
});

// One at once would meet the connect.
const resetOnHello: Behaviour<Connection> = (connection) => {
  connection.socket.once('data', () => connection.reset());
};

describe('handshake', () => {
  it('uses the versions of the settings', async () => {
    const old: TlsSettings = { ...trusting, maxVersion: 'TLSv1.2' };
    expect((await shakeWith({ pair: good }, { settings: old })).certificate?.version).toBe(
      'TLSv1.2',
    );
    const modern: TlsSettings = { ...trusting, minVersion: 'TLSv1.3' };
    expect(
      await shakeWith({ pair: good, maxVersion: 'TLSv1.2' }, { settings: modern }),
    ).toMatchObject({
      ok: false,
      failure: {
        phase: 'tls',
        kind: 'tls-failed',
        message: expect.stringMatching(
          /^the TLS handshake with localhost:\d+ \(127\.0\.0\.1\) failed: tlsv1 alert/,
        ),
      },
    });
  });

  it('sends a client certificate', async () => {
    const { cert, key } = others.client;
    const tls: ServerTls = { pair: good, requestCert: true, ca: ca.cert, maxVersion: 'TLSv1.2' };
    expect(await shakeWith(tls, { settings: { ...trusting, cert, key } })).toMatchObject({
      ok: true,
    });
    expect(await shakeWith(tls)).toMatchObject({ failure: { phase: 'tls', kind: 'tls-failed' } });
  });

  it.each([
    ['an invalid authority', { ca: 'junk' }],
    ['a broken authority', { ca: ca.cert.replace(/M/g, 'A') }],
    ['an invalid key', { cert: good.cert, key: 'junk' }],
    ['a key of another certificate', { cert: good.cert, key: expired.key }],
  ])('reports %s in the settings', async (_, settings) => {
    expect(await shakeWith({ pair: good }, { settings })).toMatchObject({
      failure: {
        phase: 'tls',
        kind: 'local',
        message: expect.stringMatching(/^the TLS settings: /),
      },
    });
  });

  it.each([
    ['reset', resetOnHello, 'reset'],
    ['closed', closeSilently(), 'closed'],
    ['a response that is not TLS', garbage(), 'tls-failed'],
  ])('reports %s', async (_, script, kind) => {
    await using server = await startTcpServer({ script });
    expect(await shake(server)).toMatchObject({ ok: false, failure: { phase: 'tls', kind } });
  });

  it('times out with a silent server', async () => {
    await using server = await startTcpServer({ script: hang() });
    expect(await shake(server, { timeoutMs: 20 })).toMatchObject({
      failure: {
        phase: 'tls',
        kind: 'timeout',
        message: expect.stringMatching(/^timed out after 20ms /),
      },
    });
    const controller = new AbortController();
    const waiting = shake(server, { timeoutMs: 60_000, signal: controller.signal });
    setImmediate(() => controller.abort());
    expect(await waiting).toMatchObject({ failure: { phase: 'tls', kind: 'aborted' } });
  });
});
