import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { redirectChain, redirectLoop, redirectTo } from '@repo/testkit/faults/redirects';
import { byPath } from '@repo/testkit/faults/script';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type AddressPolicy, allowAny, refuseLinkLocal } from './address.ts';
import { type FollowingAttempt, type FollowingRequest, requestFollowing } from './redirects.ts';
import { type Lookup, resolveHost } from './resolve.ts';
import { createRequest } from './testing/create-request.ts';

/** Every name is on this machine. */
const loopback: Lookup = async () => [{ address: '127.0.0.1', family: 4 }];

function resolver(lookup: Lookup = loopback, policy: AddressPolicy = allowAny) {
  const { signal } = new AbortController();
  return (url: URL) => resolveHost(url.hostname, { policy, lookup, timeoutMs: 5_000, signal });
}

function follow(url: string, change: Partial<FollowingRequest> = {}): Promise<FollowingAttempt> {
  return requestFollowing({
    ...createRequest(url),
    followRedirects: true,
    maxRedirects: 10,
    resolve: resolver(),
    ...change,
  });
}

function failureOf(attempt: FollowingAttempt) {
  if (attempt.ok) throw new Error(`an answer: ${attempt.response.status}`);
  return attempt.failure;
}

describe('following redirects', () => {
  it('follows to the last response and reports the hops', async () => {
    await using server = await startHttpServer({
      script: redirectChain(3, respond(200, { body: 'end' })),
    });
    const attempt = await follow(`${server.url}/start`);
    expect(attempt.ok && attempt.response.body.toString()).toBe('end');
    expect(attempt.redirects).toHaveLength(3);
    expect(attempt.redirects[0]).toMatchObject({
      url: `${server.url}/start`,
      status: 302,
      address: '127.0.0.1',
    });
    const sum = attempt.redirects.reduce((total, { phases }) => total + phases.total, 0);
    expect(attempt.phases.total).toBeGreaterThan(sum);
  });

  it('does not follow if disabled or without a location', async () => {
    await using server = await startHttpServer({
      script: byPath({ '/moved': redirectTo('/'), '/nowhere': respond(302), '/300': respond(300) }),
    });
    const stays = await follow(`${server.url}/moved`, { followRedirects: false });
    expect(stays).toMatchObject({ ok: true, redirects: [], response: { status: 302 } });
    expect(await follow(`${server.url}/nowhere`)).toMatchObject({ response: { status: 302 } });
    expect(await follow(`${server.url}/300`)).toMatchObject({ response: { status: 300 } });
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [303, 'HEAD', 'HEAD', ''],
    [301, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'POST', 'POST', 'body'],
  ])('status %i changes %s to %s', async (status, method, expected, body) => {
    await using server = await startHttpServer({
      script: byPath({ '/from': redirectTo('/to', status) }, respond(204)),
    });
    await follow(`${server.url}/from`, {
      method,
      ...(method !== 'HEAD' && { body: 'body', headers: { 'Content-Type': 'text/plain' } }),
    });
    const [, last] = server.requests;
    expect(last).toMatchObject({ method: expected, body });
    expect(last?.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
  });

  const credentials = {
    Authorization: 'a',
    Cookie: 'b',
    'Proxy-Authorization': 'c',
    'X-Mine': 'd',
  };

  it('keeps credentials for the same origin', async () => {
    await using server = await startHttpServer({
      script: byPath({ '/from': redirectTo('/to') }, respond(204)),
    });
    await follow(`${server.url}/from`, { headers: { ...credentials, Host: 'shop.example' } });
    expect(server.requests[1]?.headers).toMatchObject({
      authorization: 'a',
      cookie: 'b',
      host: 'shop.example',
    });
    const url = server.url.replace('//', '//me:secret@');
    const attempt = await follow(`${url}/from`);
    expect(server.requests[3]?.headers.authorization).toMatch(/^Basic /);
    expect(JSON.stringify(attempt)).not.toContain('secret');
  });

  it('does not send credentials to another origin', async () => {
    await using other = await startHttpServer({ script: respond(204) });
    await using server = await startHttpServer({ script: redirectTo(`${other.url}/to`) });
    await follow(server.url.replace('//', '//me:secret@'), {
      headers: { ...credentials, Host: 'shop.example' },
    });
    expect(other.requests[0]?.headers).toEqual({
      host: `127.0.0.1:${other.port}`,
      'x-mine': 'd',
      connection: 'close',
      accept: '*/*',
      'accept-encoding': 'gzip, deflate, br',
    });
  });

  it('does not use the client certificate for another origin', async () => {
    const { ca, good, client } = certificates();
    const tls = { pair: good, ca: ca.cert, requestCert: true };
    await using other = await startHttpServer({ script: respond(204), tls });
    await using server = await startHttpServer({ script: redirectTo(`${other.url}/to`), tls });
    const attempt = await follow(server.url, {
      tls: { ca: ca.cert, cert: client.cert, key: client.key },
    });
    expect(server.requests).toHaveLength(1);
    expect(failureOf(attempt)).toMatchObject({ phase: 'tls', kind: 'tls-failed' });
  });

  it('neither uses nor reports credentials in a Location', async () => {
    await using other = await startHttpServer({ script: redirectTo('/again') });
    const location = other.url.replace('//', '//me:secret@');
    await using server = await startHttpServer({ script: redirectTo(location) });
    const attempt = await follow(server.url, { maxRedirects: 1 });
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(attempt.redirects.map(({ url }) => url)).toEqual([`${server.url}/`, `${other.url}/`]);
    expect(JSON.stringify(attempt)).not.toContain('secret');
  });
});

describe('redirects that fail', () => {
  it('stops at the limit and reports the hops', async () => {
    await using server = await startHttpServer({ script: redirectChain(5, respond(200)) });
    const attempt = await follow(server.url, { maxRedirects: 2 });
    const failure = failureOf(attempt);
    expect(failure.kind).toBe('too-many-redirects');
    expect(failure.message).toMatch(
      /^more than 2 redirects: http:\S+ → http:\S+ → http:\S+ → http:/,
    );
    expect(server.requests).toHaveLength(3);
    expect(attempt.redirects).toHaveLength(3);
  });

  it('detects a loop', async () => {
    await using server = await startHttpServer({ script: redirectLoop() });
    const failure = failureOf(await follow(`${server.url}/a#fragment`));
    expect(failure).toMatchObject({
      kind: 'too-many-redirects',
      message: `redirect loop: ${server.url}/a#fragment → ${server.url}/a`,
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['ftp://me:secret@files.example/', 'ftp://files.example/'],
    ['file:///etc/passwd', 'file:///etc/passwd'],
    ['http://', 'http://'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
  ])('rejects %s', async (location, shown) => {
    await using server = await startHttpServer({ script: redirectTo(location) });
    expect(failureOf(await follow(server.url))).toMatchObject({
      kind: 'redirect-invalid',
      message: `redirected to ${shown}, which is not an http or https URL`,
    });
  });

  it.each([
    ['http://169.254.169.254/latest/meta-data/', loopback],
    ['http://[::ffff:a9fe:a9fe]/', loopback],
    ['http://rebind.example/', async () => [{ address: '169.254.169.254', family: 4 }]],
  ] as const)('is refused by the policy (%s)', async (location, lookup) => {
    await using server = await startHttpServer({ script: redirectTo(location) });
    const attempt = await follow(server.url, { resolve: resolver(lookup, refuseLinkLocal) });
    expect(failureOf(attempt)).toMatchObject({ phase: 'dns', kind: 'address-refused' });
    expect(attempt.redirects).toHaveLength(1);
  });

  it('limits the time of all hops together', async () => {
    let hop = 0;
    await using server = await startHttpServer({
      script: (exchange) => {
        hop += 1;
        setTimeout(() => redirectTo(`/${hop}`)(exchange), 40);
      },
    });
    const attempt = await follow(server.url, { timeoutMs: 400, maxRedirects: 100 });
    expect(failureOf(attempt)).toMatchObject({ kind: 'timeout' });
    expect(attempt.redirects.length).toBeGreaterThan(0);
    expect(attempt.phases.total).toBeLessThan(2_000);
  });

  it('limits the time to resolve a hop', async () => {
    await using server = await startHttpServer({ script: redirectTo('http://slow.example/') });
    // Only our own timer is a fake: the time is over when the name is asked for.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const resolve = () => {
      queueMicrotask(() => vi.advanceTimersByTime(50));
      return new Promise<never>(() => {});
    };
    expect(failureOf(await follow(server.url, { timeoutMs: 50, resolve }))).toMatchObject({
      phase: 'dns',
      kind: 'dns-timeout',
      message: 'timed out after 50ms while resolving slow.example',
    });
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    await using server = await startHttpServer({
      script: byPath({ '/': redirectTo('/hang') }, (exchange) => {
        controller.abort();
        return hang()(exchange);
      }),
    });
    const attempt = await follow(server.url, { signal: controller.signal, timeoutMs: 60_000 });
    expect(failureOf(attempt)).toMatchObject({ phase: 'first-byte', kind: 'aborted' });
  });
});

describe('the address of the next hop', () => {
  const both: Lookup = async () => [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];

  it('stays the same if the host still has it', async () => {
    await using server = await startHttpServer({
      script: byPath({ '/': redirectTo('/to') }, respond(204)),
    });
    const { port } = server;
    await using other = await startHttpServer({ host: '::1', port, script: respond(500) });
    const attempt = await follow(`http://shop.example:${port}`, {
      address: '127.0.0.1',
      resolve: resolver(both),
    });
    expect(attempt).toMatchObject({ ok: true, response: { address: '127.0.0.1', status: 204 } });
    expect(other.connections).toBe(0);
  });

  it('is otherwise the first that accepts a connection', async () => {
    const closed = await closedPort('::1');
    await using other = await startHttpServer({ script: respond(204), port: closed });
    await using server = await startHttpServer({
      host: '::1',
      script: redirectTo(`http://other.example:${other.port}/`),
    });
    const lookup: Lookup = async () => [
      { address: '::ffff:127.0.0.9', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    const attempt = await follow(server.url, { resolve: resolver(lookup) });
    expect(attempt).toMatchObject({ ok: true, response: { address: '127.0.0.1' } });
  });
});
