import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { certificates } from '@repo/testkit/certificates/certificates';
import { echo, respond } from '@repo/testkit/faults/answers';
import { closeSilently, hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { listen } from '@repo/testkit/faults/listener';
import { startTcpServer } from '@repo/testkit/faults/tcp-server';
import { expect, it } from 'vitest';
import { requestOnce } from './http.ts';
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
