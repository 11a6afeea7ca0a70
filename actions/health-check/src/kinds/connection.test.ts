import { once } from 'node:events';
import type { Facts } from '@repo/checks/facts';
import { attemptContext } from '@repo/checks/testing/attempt-context';
import { certificates } from '@repo/testkit/certificates/certificates';
import { respond } from '@repo/testkit/faults/answers';
import { hang } from '@repo/testkit/faults/breaks';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { afterData, banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { expect, test } from 'vitest';
import { converse, Refusal, type Wire } from './connection.ts';

const pem = certificates();

/** One conversation with a port of this machine. */
async function talk(port: number, work: (wire: Wire) => Promise<Facts>, options = {}) {
  const [seen] = await converse({ host: '127.0.0.1', port }, attemptContext(options), work);
  return seen ?? expect.unreachable();
}

test('bytes and lines are read as they come, in whatever pieces', async () => {
  await using server = await startTcpServer({
    script: async ({ socket }) => {
      for (const piece of ['a', 'b\r', '\ncdef\nrest', '!']) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
    },
  });
  const seen = await talk(server.port, async (wire) => ({
    lines: [await wire.readLine(), await wire.readLine()],
    bytes: [`${await wire.read(2)}`, `${await wire.read(0)}`, `${await wire.read(3)}`],
  }));
  expect(seen).toMatchObject({
    state: 'answered',
    address: '127.0.0.1',
    facts: { lines: ['ab', 'cdef'], bytes: ['re', '', 'st!'], address: '127.0.0.1' },
    phases: { connect: expect.any(Number), total: expect.any(Number) },
  });
});

test('what came before an end is still read; more is not there', async () => {
  await using server = await startTcpServer({
    script: ({ socket }) => void socket.end('ab'),
  });
  expect(await talk(server.port, async (wire) => ({ got: `${await wire.read(2)}` }))).toMatchObject(
    {
      facts: { got: 'ab' },
    },
  );
  expect(await talk(server.port, async (wire) => ({ got: await wire.read(3) }))).toMatchObject({
    state: 'failed',
    reason: `127.0.0.1:${server.port} closed the connection before its answer was complete`,
  });
});

test('it ends at the time limit and at an abort, and lets go of the connection', async () => {
  await using server = await startTcpServer({ script: hang() });
  const read = async (wire: Wire) => ({ line: await wire.readLine() });
  expect(await talk(server.port, read, { timeoutMs: 30 })).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/within \d+ms/),
  });
  const controller = new AbortController();
  const talking = talk(server.port, read, { signal: controller.signal });
  controller.abort();
  expect(await talking).toMatchObject({ state: 'unknown', final: false });
});

test('more than a megabyte is not taken', async () => {
  await using server = await startTcpServer({
    script: async ({ socket, signal }) => {
      while (!signal.aborted) {
        if (!socket.write(Buffer.alloc(65_536))) await once(socket, 'drain', { signal });
      }
    },
  });
  expect(await talk(server.port, async (wire) => ({ line: await wire.readLine() }))).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('says more than 1 MiB'),
  });
  expect(
    await talk(server.port, async (wire) => ({ all: await wire.read(2 ** 31) })),
  ).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('more than 1 MiB'),
  });
});

test('a refusal is a failed attempt with its evidence; nonsense is one; a mistake of ours is thrown', async () => {
  await using server = await startTcpServer({ script: banner('hello\n') });
  const evidence = () => [{ title: 'answer', lines: ['x'] }];
  const refused = await talk(server.port, async () => {
    throw new Refusal('it is not to our liking', evidence);
  });
  expect(refused).toMatchObject({ state: 'failed', reason: 'it is not to our liking', evidence });
  const nonsense = await talk(server.port, async (wire) => ({
    number: (await wire.read(1)).readUInt32BE(),
  }));
  expect(nonsense).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('its answer makes no sense'),
  });
  const mistake = talk(server.port, async () => {
    throw new TypeError('ours');
  });
  await expect(mistake).rejects.toThrow('ours');
});

test('TLS is judged only when asked to, and then by the rules of all checks', async () => {
  await using server = await startHttpServer({
    script: respond(200),
    tls: { pair: pem.selfSigned },
  });
  const secure = (judged: boolean) => async (wire: Wire) => {
    await wire.secure({ judged });
    wire.send('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    return { status: await wire.readLine(), secured: wire.isSecured() };
  };
  const well = { facts: { status: 'HTTP/1.1 200 OK', secured: true } };
  const { port } = server;
  expect(await talk(port, secure(false))).toMatchObject(well);
  const judged = await talk(port, secure(true));
  expect(judged).toMatchObject({ state: 'failed', reason: expect.stringContaining('itself') });
  expect(judged.evidence?.()[0]?.title).toContain('certificate');
  expect(await talk(port, secure(true), { network: { insecure: true } })).toMatchObject(well);
  const ca = { network: { tls: { ca: pem.selfSigned.cert } } };
  expect(await talk(port, secure(true), ca)).toMatchObject(well);
});

test('what is said before the handshake does not pass for said in it', async () => {
  await using server = await startTcpServer({ script: afterData(banner('Sinjected')) });
  const seen = await talk(server.port, async (wire) => {
    wire.send('?');
    await wire.read(1);
    await wire.secure({ judged: true });
    return {};
  });
  expect(seen).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('speaks before it is asked'),
  });
});

test('a password is told only where nobody else is', async () => {
  await using server = await startTcpServer({ script: hang() });
  const seen = await talk(server.port, async (wire) => ({ here: wire.confidential() }));
  expect(seen).toMatchObject({ facts: { here: true } });
});
