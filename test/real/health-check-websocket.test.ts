import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificates } from '@repo/testkit/certificates/certificates';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { everythingWritten } from '@repo/testkit/runner/everything-written';
import { describe, expect, test } from 'vitest';
import { type VerifyClientCallbackAsync, type WebSocket, WebSocketServer } from 'ws';
import { healthCheck } from './health-check.ts';

const { ca, good } = certificates();

describe('health-check and a real ws server', () => {
  test('upgrade, first message and reply', async () => {
    await using server = await startWs((socket, path) => {
      if (path === '/greets') socket.send('wëlcome');
      if (path === '/pings') socket.ping('still there?', false, () => socket.send(PIECES));
      socket.on('message', (data) => socket.send(`you said ${data}`));
    });
    const at = `ws://127.0.0.1:${server.port}`;
    await using result = await healthCheck({
      url: `${at}/silent`,
      checks: `
        - name: greeting
          websocket: {url: "${at}/greets?token=s3cr3t-1"}
          expect: [status == 101, message == 'wëlcome']
        - name: echo
          websocket: {url: "${at}/", send: ${'x'.repeat(200)}}
          expect: message == 'you said ${'x'.repeat(200)}'
        - name: long, after a ping
          websocket: {url: "${at}/pings"}
          expect: size(message) == 60000
        - name: subprotocol
          websocket: {url: "${at}/greets", headers: {Sec-WebSocket-Protocol: chat}}
          expect: message != ''`,
    });
    expect(result.outputs.message).toBe('All 5 checks are healthy');
    expect(everythingWritten(result)).not.toContain('s3cr3t');
  });

  test('a rejected upgrade, an unexpected message, silence and a close are unhealthy', async () => {
    await using server = await startWs((socket, path) => {
      if (path === '/greets') socket.send('welcome');
      if (path === '/closes') socket.close(4001, 'no room');
    });
    const at = `ws://127.0.0.1:${server.port}`;
    await using result = await healthCheck({
      url: `${at}/forbidden`,
      timeout: '1s',
      checks: `
        - name: other
          websocket: {url: "${at}/greets"}
          expect: message == 'hello'
        - name: silence
          websocket: {url: "${at}/silent"}
          expect: message == 'hello'
        - name: closes
          websocket: {url: "${at}/closes"}
          expect: message == 'hello'`,
    });
    expect(result.outputs.status).toBe('unhealthy');
    expect(result.log).toContain('status 403, expected 101');
    expect(result.log).toContain('message was "welcome"');
    expect(result.log).toMatch(/silence: unhealthy, timed out after \d+m?s while /);
    expect(result.log).toContain('the server closed the connection (4001: no room)');
    await using gone = await healthCheck({ url: `ws://127.0.0.1:${await closedPort()}/` });
    expect(gone.outputs.message).toContain('connection refused');
  });

  test('over TLS and with credentials', async () => {
    await using server = await startWs((socket, _, authorization) => {
      socket.send(authorization ?? 'anonymous');
    }, true);
    const url = `wss://user:s3cr3t-2@localhost:${server.port}/`;
    await using trusted = await healthCheck({
      url,
      expect: "message == 'Basic dXNlcjpzM2NyM3QtMg=='",
      'ca-file': ca.certFile,
      'ip-family': '4',
    });
    expect(trusted.outputs.message).toContain('is healthy');
    await using untrusted = await healthCheck({ url, 'ip-family': '4' });
    expect(untrusted.outputs.message).toContain('is not trusted');
    for (const result of [trusted, untrusted]) {
      expect(everythingWritten(result)).not.toMatch(/s3cr3t|dXNlcjpz/);
    }
  });
});

const PIECES = 'x'.repeat(60_000);

async function startWs(
  greet: (socket: WebSocket, path: string, authorization: string | undefined) => void,
  tls = false,
) {
  const server = tls ? createTlsServer({ cert: good.cert, key: good.key }) : createServer();
  const verifyClient: VerifyClientCallbackAsync = ({ req }, done) =>
    done(req.url !== '/forbidden', 403);
  const sockets = new WebSocketServer({ server, verifyClient });
  sockets.on('connection', (socket, { url = '', headers }) =>
    greet(socket, url.replace(/\?.*/, ''), headers.authorization),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
