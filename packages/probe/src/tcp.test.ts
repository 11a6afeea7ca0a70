import { once } from 'node:events';
import { closeSilently, hang, reset } from '@repo/testkit/faults/breaks';
import { gate } from '@repo/testkit/faults/delays';
import { banner, startTcpServer } from '@repo/testkit/faults/tcp-server';
import { blackhole, closedPort } from '@repo/testkit/faults/unreachable';
import { describe, expect, it } from 'vitest';
import { connectTcp, readBanner } from './tcp.ts';

const bounds = { timeoutMs: 5_000, signal: new AbortController().signal };

describe('connectTcp', () => {
  it.each(['127.0.0.1', '::1'])('connects to %s and measures the time', async (address) => {
    await using server = await startTcpServer({ host: address, script: hang() });
    const connection = await connectTcp({ address, port: server.port, ...bounds });
    expect(connection).toMatchObject({ ok: true });
    expect(connection.ms).toBeGreaterThan(0);
    if (connection.ok) connection.socket.destroy();
  });

  it('reports the address and port that refused', async () => {
    const port = await closedPort();
    expect(await connectTcp({ address: '127.0.0.1', port, ...bounds })).toEqual({
      ok: false,
      ms: expect.any(Number),
      failure: {
        phase: 'connect',
        kind: 'refused',
        code: 'ECONNREFUSED',
        message: `connection refused by 127.0.0.1:${port}`,
      },
    });
    const sixth = await closedPort('::1');
    expect(await connectTcp({ address: '::1', port: sixth, ...bounds })).toMatchObject({
      failure: { message: `connection refused by [::1]:${sixth}` },
    });
  });

  it.runIf(process.platform === 'linux')('times out without an answer', async () => {
    await using hole = await blackhole();
    const { host: address, port } = hole;
    const { signal } = bounds;
    expect(await connectTcp({ address, port, timeoutMs: 30, signal })).toMatchObject({
      ok: false,
      failure: {
        phase: 'connect',
        kind: 'timeout',
        message: `timed out after 30ms while connecting to 127.0.0.1:${port}`,
      },
    });
    const controller = new AbortController();
    const waiting = connectTcp({ address, port, timeoutMs: 60_000, signal: controller.signal });
    controller.abort();
    expect(await waiting).toMatchObject({ failure: { phase: 'connect', kind: 'aborted' } });
  });

  it('does not connect if it is already aborted', async () => {
    await using server = await startTcpServer({ script: hang() });
    const { host: address, port } = server;
    const stopped = connectTcp({ address, port, timeoutMs: 1_000, signal: AbortSignal.abort() });
    expect(await stopped).toMatchObject({ failure: { kind: 'aborted' } });
    expect(server.connections).toBe(0);
  });

  it('never resolves a name', async () => {
    expect(await connectTcp({ address: 'localhost', port: 80, ...bounds })).toMatchObject({
      failure: { phase: 'connect', kind: 'local' },
    });
  });

  it('survives a reset after connecting', async () => {
    const slow = gate(reset());
    await using server = await startTcpServer({ script: slow });
    const connection = await connectTcp({ address: server.host, port: server.port, ...bounds });
    if (!connection.ok) throw new Error(connection.failure.message);
    const { socket } = connection;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    slow.open();
    await closed;
    expect(await readBanner(socket, { maxBytes: 10, ...bounds })).toBe('');
  });
});

describe('readBanner', () => {
  async function bannerOf(script: ReturnType<typeof hang>, maxBytes = 100, timeoutMs = 5_000) {
    await using server = await startTcpServer({ script });
    const connection = await connectTcp({ address: server.host, port: server.port, ...bounds });
    if (!connection.ok) throw new Error(connection.failure.message);
    const text = await readBanner(connection.socket, { ...bounds, maxBytes, timeoutMs });
    expect(connection.socket.listenerCount('data')).toBe(0);
    connection.socket.destroy();
    return text;
  }

  it('reads the first line', async () => {
    expect(await bannerOf(banner('SSH-2.0-OpenSSH_9.2\r\n'))).toBe('SSH-2.0-OpenSSH_9.2\r\n');
  });

  it('returns at most maxBytes', async () => {
    expect(await bannerOf(banner('x'.repeat(1000)), 10)).toBe('x'.repeat(10));
  });

  it('returns text without a line end', async () => {
    expect(await bannerOf(banner('ready'), 100, 300)).toBe('ready');
  });

  it('is empty if the server sends nothing', async () => {
    expect(await bannerOf(hang(), 100, 10)).toBe('');
    expect(await bannerOf(closeSilently())).toBe('');
  });

  it('stops when it is aborted', async () => {
    await using server = await startTcpServer({ script: hang() });
    const connection = await connectTcp({ address: server.host, port: server.port, ...bounds });
    if (!connection.ok) throw new Error(connection.failure.message);
    const controller = new AbortController();
    const reading = readBanner(connection.socket, {
      maxBytes: 10,
      timeoutMs: 60_000,
      signal: controller.signal,
    });
    controller.abort();
    expect(await reading).toBe('');
    connection.socket.destroy();
    await once(connection.socket, 'close');
  });
});
