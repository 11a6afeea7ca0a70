import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { certificates } from '@repo/testkit/certificates/certificates';
import { echo, respond } from '@repo/testkit/faults/answers';
import { closeSilently, hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { listen } from '@repo/testkit/faults/listener';
import { redirectTo } from '@repo/testkit/faults/redirects';
import { startTcpServer } from '@repo/testkit/faults/tcp-server';
import { startProxy as startTestProxy } from '@repo/testkit/proxies/proxy-server';
import { expect, it } from 'vitest';
import { requestOnce } from './http.ts';
import { requestFollowing } from './redirects.ts';
import { createRequest } from './testing/create-request.ts';

const { ca, good } = certificates();

/** A proxy that tunnels every name to this machine, for those who know the password. */
async function startProxy() {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '');
    socket.on('error', () => {});
    if (request.headers['proxy-authorization'] !== `Basic ${btoa('me:secret')}`) {
      socket.end('HTTP/1.1 407 Who\x1b[31m are you\r\n\r\n');
      return;
    }
    const target = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
  });
  return Object.assign(await listen(server, {}), { asked });
}

it('tunnels https', async () => {
  await using proxy = await startProxy();
  await using server = await startHttpServer({ script: respond(204), tls: { pair: good } });
  const attempt = await requestOnce({
    ...createRequest(`https://localhost:${server.port}`, { tls: { ca: ca.cert } }),
    address: '127.0.0.1',
    proxy: new URL(`http://me:secret@127.0.0.1:${proxy.port}`),
  });
  expect(attempt).toMatchObject({
    ok: true,
    response: { status: 204, certificate: { trusted: true } },
  });
  expect(proxy.asked).toEqual([`localhost:${server.port}`]);
  expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
});

it('requests the absolute URL with http', async () => {
  await using proxy = await startHttpServer({ script: echo() });
  const attempt = await requestOnce({
    ...createRequest('http://shop.example/a?b=c'),
    address: '127.0.0.1',
    proxy: new URL(proxy.url.replace('//', '//me:secret@')),
  });
  expect(JSON.parse(attempt.ok ? attempt.response.body.toString() : '')).toMatchObject({
    url: 'http://shop.example/a?b=c',
    headers: { host: 'shop.example', 'proxy-authorization': `Basic ${btoa('me:secret')}` },
  });
});

it('reports a refusal by the proxy in escaped text', async () => {
  await using proxy = await startProxy();
  const attempt = await requestOnce({
    ...createRequest('https://shop.example/'),
    address: '127.0.0.1',
    proxy: new URL(`http://127.0.0.1:${proxy.port}`),
  });
  expect(attempt).toMatchObject({
    ok: false,
    failure: {
      phase: 'connect',
      kind: 'refused',
      message: `the proxy 127.0.0.1:${proxy.port} refused a tunnel to shop.example:443: 407 Who are you`,
      atProxy: true,
    },
  });
});

it.each([
  ['hangs', hang(), 60, 'timeout'],
  ['closes', closeSilently(), 5_000, 'closed'],
])('reports that the proxy %s', async (_, script, timeoutMs, kind) => {
  await using proxy = await startTcpServer({ script });
  const attempt = await requestOnce({
    ...createRequest('https://shop.example/', { timeoutMs }),
    address: '127.0.0.1',
    proxy: new URL(`http://127.0.0.1:${proxy.port}`),
  });
  expect(attempt).toMatchObject({
    ok: false,
    failure: { phase: 'connect', kind, message: expect.stringContaining('the proxy 127.0.0.1:') },
  });
});

it('reports a proxy that rejects plain http for its credentials', async () => {
  await using proxy = await startTestProxy({
    protocol: 'http',
    fault: { kind: 'wants-credentials' },
  });
  const attempt = await requestOnce({
    ...createRequest('http://shop.example/'),
    address: '127.0.0.1',
    proxy: new URL(`http://127.0.0.1:${proxy.port}`),
  });
  expect(attempt).toMatchObject({
    ok: false,
    failure: {
      atProxy: true,
      message: `the proxy 127.0.0.1:${proxy.port} rejected the request: 407 Proxy Authentication Required`,
    },
  });
});

it('reports a target that the proxy cannot reach as a failure of the target', async () => {
  await using proxy = await startTestProxy({ protocol: 'http', fault: { kind: 'refuse' } });
  const attempt = await requestOnce({
    ...createRequest('https://shop.example/'),
    address: '127.0.0.1',
    proxy: new URL(`http://127.0.0.1:${proxy.port}`),
  });
  expect(attempt).toMatchObject({ ok: false, failure: { kind: 'refused' } });
  expect(attempt.ok || attempt.failure.atProxy).toBeUndefined();
});

it.each(['http', 'https'] as const)('sends %s through a proxy with TLS', async (scheme) => {
  await using server = await startHttpServer({
    script: respond(204),
    ...(scheme === 'https' && { tls: { pair: good } }),
  });
  await using proxy = await startTestProxy({ protocol: 'https', pair: good });
  const request = {
    ...createRequest(`${scheme}://localhost:${server.port}/`),
    address: '127.0.0.1',
    proxy: new URL(`https://localhost:${proxy.port}`),
  };
  expect(await requestOnce({ ...request, tls: { ca: ca.cert } })).toMatchObject({ ok: true });
  expect(proxy.asked).toEqual([`localhost:${server.port}`]);
  expect(await requestOnce(request)).toMatchObject({
    ok: false,
    failure: { phase: 'tls', atProxy: true },
  });
});

it('selects the proxy of each hop', async () => {
  await using proxy = await startTestProxy({
    protocol: 'http',
    hosts: { 'shop.example': '127.0.0.1' },
  });
  await using direct = await startHttpServer({ script: respond(204) });
  await using other = await startHttpServer({ script: redirectTo(`${direct.url}/home`) });
  const url = new URL(`http://shop.example:${other.port}/`);
  const proxyUrl = new URL(`http://127.0.0.1:${proxy.port}`);
  const attempt = await requestFollowing({
    ...createRequest(url.href),
    address: '127.0.0.1',
    proxy: proxyUrl,
    findProxy: ({ hostname }) => (hostname === 'shop.example' ? proxyUrl : undefined),
    followRedirects: true,
    maxRedirects: 1,
    resolve: async () => ({
      ok: true,
      value: { host: 'a', addresses: [{ address: '127.0.0.1', family: 4 }], ms: 0 },
    }),
  });
  expect(attempt).toMatchObject({ ok: true, response: { status: 204 } });
  expect(proxy.asked).toEqual([`shop.example:${other.port}`]);
});
