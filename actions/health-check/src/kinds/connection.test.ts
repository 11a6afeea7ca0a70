import { once } from 'node:events';
import type { Facts } from '@repo/checks/facts';
import { attemptContext } from '@repo/checks/testing/attempt-context';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { afterData, banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { expect, test } from 'vitest';
import { type Connection, ProtocolError, withConnection } from './connection.ts';

const pem = certificates();

/** Uses a connection to a local port. */
async function use(port: number, run: (connection: Connection) => Promise<Facts>, options = {}) {
  const [seen] = await withConnection({ host: '127.0.0.1', port }, attemptContext(options), run);
  return seen ?? expect.unreachable();
}

test('reads bytes and lines across chunks', async () => {
  await using server = await startTcpServer({
    script: async ({ socket }) => {
      for (const piece of ['a', 'b\r', '\ncdef\nrest', '!']) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
    },
  });
  const seen = await use(server.port, async (connection) => ({
    lines: [await connection.readLine(), await connection.readLine()],
    bytes: [
      `${await connection.read(2)}`,
      `${await connection.read(0)}`,
      `${await connection.read(3)}`,
    ],
  }));
  expect(seen).toMatchObject({
    state: 'answered',
    address: '127.0.0.1',
    facts: { lines: ['ab', 'cdef'], bytes: ['re', '', 'st!'], address: '127.0.0.1' },
    phases: { connect: expect.any(Number), total: expect.any(Number) },
  });
});

test('reads the data before the end of the connection, then fails', async () => {
  await using server = await startTcpServer({
    script: ({ socket }) => void socket.end('ab'),
  });
  expect(
    await use(server.port, async (connection) => ({ got: `${await connection.read(2)}` })),
  ).toMatchObject({
    facts: { got: 'ab' },
  });
  expect(
    await use(server.port, async (connection) => ({ got: await connection.read(3) })),
  ).toMatchObject({
    state: 'failed',
    reason: `127.0.0.1:${server.port} closed the connection before the response was complete`,
  });
});

test('a timeout and an abort end the connection', async () => {
  await using server = await startTcpServer({ script: hang() });
  const read = async (connection: Connection) => ({ line: await connection.readLine() });
  expect(await use(server.port, read, { timeoutMs: 30 })).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/timed out after \d+ms/),
  });
  const controller = new AbortController();
  const reading = use(server.port, read, { signal: controller.signal });
  controller.abort();
  expect(await reading).toMatchObject({ state: 'unknown', final: false });
});

test('rejects more than 1 MiB', async () => {
  await using server = await startTcpServer({
    script: async ({ socket, signal }) => {
      while (!signal.aborted) {
        if (!socket.write(Buffer.alloc(65_536))) await once(socket, 'drain', { signal });
      }
    },
  });
  expect(
    await use(server.port, async (connection) => ({ line: await connection.readLine() })),
  ).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('sent more than 1 MiB'),
  });
  expect(
    await use(server.port, async (connection) => ({ all: await connection.read(2 ** 31) })),
  ).toMatchObject({
    state: 'failed',
    reason: 'the response is larger than 1 MiB',
  });
});

test('a ProtocolError and malformed data fail the attempt; other errors are thrown', async () => {
  await using server = await startTcpServer({ script: banner('hello\n') });
  const evidence = () => [{ title: 'answer', lines: ['x'] }];
  const refused = await use(server.port, async () => {
    throw new ProtocolError('unexpected response', evidence);
  });
  expect(refused).toMatchObject({ state: 'failed', reason: 'unexpected response', evidence });
  const malformed = await use(server.port, async (connection) => ({
    number: (await connection.read(1)).readUInt32BE(),
  }));
  expect(malformed).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('the response is malformed'),
  });
  const bug = use(server.port, async () => {
    throw new TypeError('bug');
  });
  await expect(bug).rejects.toThrow('bug');
});

test('verifies the certificate on request, with the TLS settings of all checks', async () => {
  await using server = await startHttpServer({
    script: respond(200),
    tls: { pair: pem.selfSigned },
  });
  const startTls = (verify: boolean) => async (connection: Connection) => {
    await connection.startTls({ verify });
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    return { status: await connection.readLine(), isEncrypted: connection.isEncrypted() };
  };
  const answered = { facts: { status: 'HTTP/1.1 200 OK', isEncrypted: true } };
  const { port } = server;
  expect(await use(port, startTls(false))).toMatchObject(answered);
  const verified = await use(port, startTls(true));
  expect(verified).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('self-signed'),
  });
  expect(verified.evidence?.()[0]?.title).toContain('certificate');
  expect(await use(port, startTls(true), { network: { insecure: true } })).toMatchObject(answered);
  const ca = { network: { tls: { ca: pem.selfSigned.cert } } };
  expect(await use(port, startTls(true), ca)).toMatchObject(answered);
});

test('rejects data that was sent before the TLS handshake', async () => {
  await using server = await startTcpServer({ script: afterData(banner('Sinjected')) });
  const seen = await use(server.port, async (connection) => {
    connection.send('?');
    await connection.read(1);
    await connection.startTls({ verify: true });
    return {};
  });
  expect(seen).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('sent data before the TLS handshake'),
  });
});

test('a loopback connection is confidential', async () => {
  await using server = await startTcpServer({ script: hang() });
  const seen = await use(server.port, async (connection) => ({
    isConfidential: connection.isConfidential(),
  }));
  expect(seen).toMatchObject({ facts: { isConfidential: true } });
});
