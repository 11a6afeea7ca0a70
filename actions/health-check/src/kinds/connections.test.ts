import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { attemptContext } from '@repo/checks/testing/attempt-context';
import { hang } from '@repo/testkit/faults/breaks';
import { startTcpServer } from '@repo/testkit/faults/tcp-server';
import { expect, test } from 'vitest';
import { findKindByScheme, KINDS } from './registry.ts';

const REQUEST = {
  method: 'GET',
  headers: {},
  body: undefined,
  followRedirects: false,
  maxRedirects: 0,
};

/** The open sockets of this process. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCPSocket|UDP/.test(name)).length;
}

/** Runs `count` concurrent attempts. */
async function attempts(url: string, count: number, timeoutMs: number, signal: AbortSignal) {
  const kind = KINDS[findKindByScheme(new URL(url).protocol.slice(0, -1)) ?? ''];
  const { attempt } =
    (await kind?.load())?.fromUrl?.(new URL(url), REQUEST) ?? expect.unreachable();
  return Promise.all(
    Array.from({ length: count }, () => attempt(attemptContext({ timeoutMs, signal }))),
  );
}

test.each(['redis', 'postgres', 'mysql', 'grpc', 'ws', 'dns'])(
  '%s: attempts that time out or are aborted close their sockets',
  async (scheme) => {
    await expect.poll(sockets).toBe(0);
    await using server = await startTcpServer({ script: hang() });
    // Uses the same port, so one URL works for UDP and TCP.
    const silent = createSocket('udp4').bind(server.port, '127.0.0.1');
    await once(silent, 'listening');
    const url = `${scheme}://127.0.0.1:${server.port}/x`;
    const never = new AbortController().signal;
    const late = (await attempts(url, 10, 20, never)).flat();
    expect(late.map(({ state }) => state)).toEqual(Array(10).fill('failed'));
    const controller = new AbortController();
    const running = attempts(url, 10, 5_000, controller.signal);
    setImmediate(() => controller.abort());
    const aborted = (await running).flat();
    expect(aborted.map(({ state }) => state)).toEqual(Array(10).fill('unknown'));
    // The socket of the name server is still open.
    await expect.poll(sockets).toBe(1);
    silent.close();
  },
);
