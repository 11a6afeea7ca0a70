import { expect, test } from 'vitest';
import { fakeClock } from '../clock.ts';
import { respond } from './answers.ts';
import { drip, dripBody, dripHeaders, gate, slow } from './delays.ts';
import { startHttpServer } from './http-server.ts';
import { readAll, requestOnce } from './request-once.ts';
import { byPath } from './script.ts';
import { startTcpServer } from './tcp-server.ts';

test('slow() waits before it responds', async () => {
  const { sleep, slept } = fakeClock();
  await using server = await startHttpServer({ script: slow(30_000, respond(200), sleep) });
  expect((await requestOnce(server.url)).status).toBe(200);
  expect(slept).toEqual([30_000]);
});

test('slow() uses real time by default', async () => {
  await using server = await startHttpServer({ script: slow(20, respond(200)) });
  const start = performance.now();
  await requestOnce(server.url);
  // Node's timers may fire up to a millisecond early.
  expect(performance.now() - start).toBeGreaterThan(18);
});

test('slow() stops waiting when the server is closed', async () => {
  const { sleep } = fakeClock({ pass: 'manual' });
  const ended = Promise.withResolvers<unknown>();
  const arrived = Promise.withResolvers<void>();
  const watched = (ms: number, signal?: AbortSignal) => {
    const pause = sleep(ms, signal);
    pause.catch(ended.resolve);
    arrived.resolve();
    return pause;
  };
  const server = await startHttpServer({ script: slow(60_000, respond(200), watched) });
  const pending = expect(requestOnce(server.url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await arrived.promise;
  await server.close();
  await pending;
  expect(await ended.promise).toMatchObject({ message: 'The connection has closed' });
});

test('gate() responds when the test opens it, then immediately', async () => {
  const door = gate(respond(200));
  await using server = await startHttpServer({
    script: byPath({ '/door': door, '/beside': respond(204) }),
  });
  let answered = false;
  const pending = requestOnce(`${server.url}/door`).finally(() => {
    answered = true;
  });
  await door.reached;
  await requestOnce(`${server.url}/beside`);
  expect(answered).toBe(false);
  door.open();
  expect((await pending).status).toBe(200);
  expect((await requestOnce(`${server.url}/door`)).status).toBe(200);
});

test('drip() sends the bytes in small pieces and closes the connection', async () => {
  const { sleep, slept } = fakeClock();
  await using server = await startTcpServer({
    script: drip('0123456789', { bytesPerTick: 4, intervalMs: 250, sleep }),
  });
  expect((await readAll(server.port)).toString()).toBe('0123456789');
  expect(slept).toEqual([250, 250]);
});

test('dripHeaders() sends the headers and the body slowly', async () => {
  const { sleep, slept } = fakeClock();
  await using server = await startHttpServer({
    script: dripHeaders({ intervalMs: 100, sleep }, 203, {
      headers: { 'x-a': ['1', '2'] },
      body: 'b',
    }),
  });
  const answer = await requestOnce(server.url);
  expect(answer).toMatchObject({ status: 203, headers: { 'x-a': '1, 2' }, body: Buffer.from('b') });
  const wire =
    'HTTP/1.1 203 Non-Authoritative Information\r\ncontent-length: 1\r\nconnection: close\r\n' +
    'x-a: 1\r\nx-a: 2\r\n\r\nb';
  expect(slept).toEqual(Array.from({ length: wire.length - 1 }, () => 100));
});

test('dripBody() sends only the body slowly', async () => {
  const { sleep, slept } = fakeClock();
  await using server = await startHttpServer({
    script: dripBody({ bytesPerTick: 2, intervalMs: 10, sleep }, 200, { body: 'slowly' }),
  });
  expect((await requestOnce(server.url)).body.toString()).toBe('slowly');
  expect(slept).toEqual([10, 10]);
});
