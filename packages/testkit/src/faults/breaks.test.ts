import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { respond } from './answers.ts';
import type { Behaviour, Connection } from './behaviour.ts';
import {
  closeSilently,
  garbage,
  hang,
  hangAfterHeaders,
  reset,
  wrongContentLength,
} from './breaks.ts';
import { startHttpServer } from './http-server.ts';
import { readAll, requestOnce } from './request-once.ts';
import { byPath } from './script.ts';
import { afterData, startTcpServer } from './tcp-server.ts';

test('hang() accepts and never responds', async () => {
  const arrived = Promise.withResolvers<void>();
  const hanging = hang();
  const script = byPath({
    '/hang': (exchange) => {
      arrived.resolve();
      return hanging(exchange);
    },
    '/beside': respond(200),
  });
  const server = await startHttpServer({ script });
  const pending = expect(requestOnce(`${server.url}/hang`)).rejects.toMatchObject({
    code: 'ECONNRESET',
  });
  await arrived.promise;
  await requestOnce(`${server.url}/beside`);
  expect(server.requests).toHaveLength(2);
  await server.close();
  await pending;
});

test('hangAfterHeaders() sends headers without a body', async () => {
  const server = await startHttpServer({ script: hangAfterHeaders() });
  const outgoing = request(server.url, { agent: false }).end();
  const [response] = await once(outgoing, 'response');
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-length']).toBe('1000');
  const failed = once(response, 'error');
  await server.close();
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  expect(bytes).toBe(0);
});

test('reset() closes an HTTP and a TCP connection with an RST', async () => {
  await using web = await startHttpServer({ script: reset() });
  await using plain = await startTcpServer({ script: afterData(reset()) });
  const rst = { code: 'ECONNRESET', syscall: 'read' };
  await expect(requestOnce(web.url)).rejects.toMatchObject(rst);
  await expect(readAll(plain.port, 'hello')).rejects.toMatchObject(rst);
});

test('closeSilently() closes the connection without data', async () => {
  await using web = await startHttpServer({ script: closeSilently() });
  await using plain = await startTcpServer({ script: closeSilently() });
  // Node's message for a connection closed before a response; no system call failed.
  const error = await requestOnce(web.url).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' });
  expect(error).not.toHaveProperty('syscall');
  expect((await readAll(plain.port)).length).toBe(0);
});

test('garbage() sends data that is not HTTP', async () => {
  const script: Behaviour<Connection> = garbage();
  await using web = await startHttpServer({ script });
  await using plain = await startTcpServer({ script });
  await expect(requestOnce(web.url)).rejects.toMatchObject({ code: 'HPE_INVALID_CONSTANT' });
  expect((await readAll(plain.port)).includes('SSH-2.0-')).toBe(true);
});

test('wrongContentLength() truncates the body', async () => {
  await using server = await startHttpServer({
    script: wrongContentLength({ declared: 20, sent: 7 }),
  });
  const wire = await readAll(server.port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(wire.toString()).toBe('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nxxxxxxx');
  await expect(requestOnce(server.url)).rejects.toMatchObject({
    code: 'ECONNRESET',
    message: 'aborted',
  });
});
