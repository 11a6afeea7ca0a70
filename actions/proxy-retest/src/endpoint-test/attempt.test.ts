import { createSecureContext, getCACertificates } from 'node:tls';
import { allowAny } from '@repo/probe/address';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import type { ProxyFault, ProxyOptions } from '@repo/testkit/proxies/proxy-request';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { describe, expect, test } from 'vitest';
import type { NativeEndpoint } from '../endpoint/endpoint.ts';
import { type AttemptSettings, attempt } from './attempt.ts';
import { createAddressFinder } from './find-address.ts';
import { createTarget } from './target.ts';

const pem = certificates();
const context = createSecureContext({ ca: [...getCACertificates('default'), pem.ca.cert] });
const PROTOCOLS = ['http', 'https', 'socks4', 'socks4a', 'socks5'] as const;

function settings(changes: Partial<AttemptSettings> = {}): AttemptSettings {
  return {
    timeouts: { connectMs: 2_000, handshakeMs: 2_000, firstByteMs: 2_000, totalMs: 5_000 },
    findAddress: createAddressFinder({ policy: allowAny, timeoutMs: 2_000 }),
    context,
    isExpected: (status) => status === 204,
    maxLatencyMs: 5_000,
    signal: AbortSignal.timeout(20_000),
    ...changes,
  };
}

const QUICK = { connectMs: 2_000, handshakeMs: 150, firstByteMs: 150, totalMs: 2_000 };

async function startTarget() {
  const tls = { pair: pem.good };
  return startHttpServer({ script: respond(204), tls });
}

interface Try {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly fault?: ProxyFault;
  readonly credentials?: ProxyOptions['credentials'];
  readonly given?: { readonly user: string; readonly password: string };
  readonly url?: (port: number) => string;
  readonly changes?: Partial<AttemptSettings>;
  readonly pair?: ProxyOptions['pair'];
}

async function tryThrough({ protocol, fault, credentials, given, url, changes, pair }: Try) {
  await using target = await startTarget();
  await using proxy = await startProxy({
    protocol,
    pair: pair ?? pem.good,
    ...(fault && { fault }),
    ...(credentials && { credentials }),
  });
  const endpoint: NativeEndpoint = {
    protocol,
    host: '127.0.0.1',
    port: proxy.port,
    user: given?.user ?? '',
    password: given?.password ?? '',
  };
  const address = url?.(target.port) ?? `https://127.0.0.1:${target.port}/`;
  const answer = await attempt(
    endpoint,
    createTarget(new URL(address), context),
    settings(changes),
  );
  return { answer, asked: proxy.asked, requests: target.requests.length };
}

describe.each(PROTOCOLS)('%s', (protocol) => {
  test('sends the request through the proxy', async () => {
    const { answer, asked, requests } = await tryThrough({ protocol });
    expect(answer).toMatchObject({ ok: true, address: '127.0.0.1' });
    expect(asked).toHaveLength(1);
    expect(requests).toBe(1);
  });

  test('valid and invalid credentials', async () => {
    const password = protocol.startsWith('socks4') ? '' : 'p:ss@word';
    const credentials = { user: 'user', password };
    const right = await tryThrough({ protocol, credentials, given: credentials });
    expect(right.answer).toMatchObject({ ok: true });
    const wrong = await tryThrough({ protocol, credentials, given: { user: 'other', password } });
    expect(wrong.answer).toMatchObject({ ok: false, failure: { phase: 'proxy', kind: 'auth' } });
    const none = await tryThrough({ protocol, credentials });
    expect(none.answer).toMatchObject({ ok: false, failure: { phase: 'proxy', kind: 'auth' } });
  });

  const first = protocol === 'https' ? 'proxy' : 'proxy';
  test.each<[string, ProxyFault, object]>([
    ['a hang', { kind: 'hang' }, { phase: first, kind: 'timeout' }],
    ['a hang after the grant', { kind: 'hang-after-grant' }, { phase: 'tls', kind: 'timeout' }],
    ['a close', { kind: 'close' }, { phase: 'proxy', kind: 'closed' }],
    ['a drip', { kind: 'drip', ms: 60 }, { phase: 'proxy', kind: 'timeout' }],
    ['a refusal', { kind: 'refuse' }, { phase: 'proxy', kind: 'proxy-refused' }],
    ['garbage', { kind: 'garbage' }, { phase: 'proxy', kind: 'protocol' }],
    ['a page instead of a tunnel', { kind: 'no-tunnel' }, { phase: 'tls', kind: 'tls-failed' }],
    [
      'a man in the middle',
      { kind: 'mitm', pair: pem.untrustedChain },
      { phase: 'tls', kind: 'tls-mitm' },
    ],
  ])('%s', async (_, fault, failure) => {
    const { answer } = await tryThrough({ protocol, fault, changes: { timeouts: QUICK } });
    expect(answer).toMatchObject({ ok: false, failure });
  });
});

test('distinguishes a reset from a close', async () => {
  const { answer } = await tryThrough({ protocol: 'http', fault: { kind: 'reset' } });
  expect(answer).toMatchObject({ ok: false, failure: { phase: 'proxy', kind: 'reset' } });
});

test('rejects headers without an end', async () => {
  const { answer } = await tryThrough({ protocol: 'http', fault: { kind: 'endless-headers' } });
  expect(answer).toMatchObject({ ok: false, failure: { phase: 'proxy', kind: 'protocol' } });
});

test('a closed port', async () => {
  const endpoint = { protocol: 'socks5', host: '127.0.0.1', user: '', password: '' } as const;
  const target = createTarget(new URL('https://127.0.0.1:1/'), context);
  const answer = await attempt({ ...endpoint, port: await closedPort() }, target, settings());
  expect(answer).toMatchObject({ ok: false, failure: { phase: 'tcp', kind: 'refused' } });
});

test.each([
  ['a name', 'socks5', 'localhost'],
  ['a name', 'socks4a', 'localhost'],
  ['a name', 'http', 'localhost'],
] as const)('%s as the target, through %s', async (_, protocol, host) => {
  const { answer, asked } = await tryThrough({
    protocol,
    url: (port) => `https://${host}:${port}/`,
  });
  expect(answer).toMatchObject({ ok: true });
  expect(asked[0]).toMatch(host);
});

test('SOCKS4 with a target name does not count against the proxy', async () => {
  const { answer } = await tryThrough({
    protocol: 'socks4',
    url: (port) => `https://localhost:${port}/`,
  });
  expect(answer).toMatchObject({ ok: false, failure: { kind: 'local' } });
});

test('verifies the certificate of an HTTPS proxy', async () => {
  const { answer } = await tryThrough({ protocol: 'https', pair: pem.selfSigned });
  expect(answer).toMatchObject({
    ok: false,
    failure: { phase: 'proxy-tls', kind: 'proxy-certificate' },
  });
});

test('an unexpected status and a slow answer are failures', async () => {
  const other = await tryThrough({ protocol: 'http', changes: { isExpected: () => false } });
  expect(other.answer).toMatchObject({ ok: false, failure: { kind: 'bad-status' } });
  const late = await tryThrough({
    protocol: 'http',
    fault: { kind: 'slow', ms: 60 },
    changes: { maxLatencyMs: 50 },
  });
  expect(late.answer).toMatchObject({ ok: false, failure: { kind: 'too-slow' } });
});

test('resumes the TLS session of the target through the next proxy', async () => {
  await using target = await startTarget();
  await using proxy = await startProxy({ protocol: 'http' });
  const endpoint = { protocol: 'http', host: '127.0.0.1', user: '', password: '' } as const;
  const aim = createTarget(new URL(`https://127.0.0.1:${target.port}/`), context);
  expect(aim.tls?.session).toBeUndefined();
  const first = await attempt({ ...endpoint, port: proxy.port }, aim, settings());
  expect(first.ok).toBe(true);
  expect(aim.tls?.session).toBeInstanceOf(Buffer);
  const second = await attempt({ ...endpoint, port: proxy.port }, aim, settings());
  expect(second.ok).toBe(true);
});

test('verifies the certificate when the session cannot be resumed', async () => {
  await using target = await startTarget();
  await using good = await startProxy({ protocol: 'http' });
  const fault = { kind: 'mitm', pair: pem.untrustedChain } as const;
  await using bad = await startProxy({ protocol: 'http', fault });
  const endpoint = { protocol: 'http', host: '127.0.0.1', user: '', password: '' } as const;
  const aim = createTarget(new URL(`https://127.0.0.1:${target.port}/`), context);
  await attempt({ ...endpoint, port: good.port }, aim, settings());
  const answer = await attempt({ ...endpoint, port: bad.port }, aim, settings());
  expect(answer).toMatchObject({ ok: false, failure: { phase: 'tls', kind: 'tls-mitm' } });
});

test('stops immediately on abort', async () => {
  await using proxy = await startProxy({ protocol: 'http', fault: { kind: 'hang' } });
  const stop = new AbortController();
  const endpoint = { protocol: 'http', host: '127.0.0.1', user: '', password: '' } as const;
  const target = createTarget(new URL('https://127.0.0.1:1/'), context);
  const running = attempt(
    { ...endpoint, port: proxy.port },
    target,
    settings({ signal: stop.signal }),
  );
  await expect.poll(() => proxy.connections).toBe(1);
  stop.abort();
  expect(await running).toMatchObject({ ok: false, failure: { kind: 'aborted' } });
});

test('messages do not contain credentials', async () => {
  const given = { user: 'the-user', password: 'the-password' };
  for (const protocol of PROTOCOLS) {
    const { answer } = await tryThrough({ protocol, given, fault: { kind: 'wants-credentials' } });
    expect(JSON.stringify(answer)).not.toMatch(/the-user|the-password/);
  }
});
