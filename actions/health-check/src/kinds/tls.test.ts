import { DurationFact } from '@repo/checks/facts';
import type { Network } from '@repo/checks/kinds/kind';
import { addresses, attemptContext } from '@repo/checks/testing/attempt-context';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { garbage } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { startTcpServer } from '@repo/testkit/faults/tcp-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { expect, test } from 'vitest';
import { tls } from './tls.ts';

const { ca, good, expired, selfSigned, wrongName, untrustedChain } = certificates();
const TRUSTING: Partial<Network> = { tls: { ca: ca.cert }, lookup: addresses('127.0.0.1') };

const REQUEST = {
  method: 'GET',
  headers: {},
  body: undefined,
  followRedirects: true,
  maxRedirects: 10,
};

async function performHandshake(pair: typeof good, network: Partial<Network> = TRUSTING) {
  await using server = await startHttpServer({ script: respond(200), tls: { pair } });
  return await look(`tls://localhost:${server.port}`, network);
}

function look(url: string, network: Partial<Network> = TRUSTING) {
  const target = tls.fromUrl?.(new URL(url), REQUEST) ?? expect.unreachable();
  return target.attempt(attemptContext({ network }));
}

test('a trusted certificate has facts', async () => {
  const [seen] = await performHandshake(good);
  expect(seen).toMatchObject({
    state: 'answered',
    address: '127.0.0.1',
    facts: {
      address: '127.0.0.1',
      latency: expect.any(DurationFact),
      tls: {
        version: 'TLSv1.3',
        trusted: true,
        error: '',
        names: expect.arrayContaining(['localhost']),
      },
    },
  });
  expect(Object.keys(seen?.phases ?? {})).toEqual(['dns', 'connect', 'tls', 'total']);
});

test.each([
  ['expired', expired, /^the certificate expired on 2021-01-01 /],
  ['self-signed', selfSigned, /^the certificate is self-signed/],
  ['for another name', wrongName, /^the certificate is for other\.example, not for localhost$/],
  ['from an untrusted authority', untrustedChain, / is not trusted/],
])('a certificate that is %s fails with the certificate as evidence', async (_, pair, reason) => {
  const [seen] = await performHandshake(pair);
  expect(seen).toMatchObject({ state: 'failed', reason: expect.stringMatching(reason) });
  const [evidence] = seen?.evidence?.() ?? [];
  expect(evidence?.title).toBe('certificate');
  expect(evidence?.lines.at(-1)).toMatch(reason);
});

test('with insecure, the problem of the certificate is a fact', async () => {
  const [seen] = await performHandshake(expired, { ...TRUSTING, insecure: true });
  expect(seen).toMatchObject({
    state: 'answered',
    facts: { tls: { trusted: false, error: expect.stringMatching(/expired/) } },
  });
  expect(seen).toHaveProperty(
    'facts.tls.daysLeft',
    expect.toSatisfy((days: number) => days < -1_000),
  );
});

test('a server without TLS and a closed port fail', async () => {
  await using server = await startTcpServer({ script: garbage() });
  expect(await look(`tls://localhost:${server.port}`)).toMatchObject([
    {
      state: 'failed',
      address: '127.0.0.1',
      reason: expect.stringMatching(/^the TLS handshake with .* failed/),
    },
  ]);
  expect(await look(`tls://localhost:${await closedPort()}`)).toMatchObject([
    { state: 'failed', reason: expect.stringMatching(/^connection refused by /) },
  ]);
});

test('invalid TLS settings are unknown', async () => {
  expect(
    await performHandshake(good, { ...TRUSTING, tls: { ca: 'no certificate' } }),
  ).toMatchObject([{ state: 'unknown', reason: expect.stringMatching(/the TLS settings/) }]);
});
