import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { readAll } from './request-once.ts';
import { blackhole, closedPort } from './unreachable.ts';

test('closedPort() refuses connections', async () => {
  const port = await closedPort();
  await expect(readAll(port)).rejects.toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' });
});

test.runIf(process.platform === 'linux')('blackhole() never completes a connect', async () => {
  await using hole = await blackhole();
  const sockets = [1, 2, 3].map(() => connect(hole.port, hole.host));
  const events: string[] = [];
  for (const socket of sockets) {
    socket.on('connect', () => events.push('connect'));
    socket.on('error', (error) => events.push(error.message));
  }
  // Any other connect finishes well before the first retry of the kernel (1 s).
  const probe = await once(connect(await closedPort(), '127.0.0.1'), 'error').catch(() => []);
  expect(probe).toHaveLength(1);
  expect(events).toEqual([]);
  expect(sockets.map((socket) => socket.connecting)).toEqual([true, true, true]);
  for (const socket of sockets) socket.destroy();
});

test.runIf(process.platform === 'linux')('a closed blackhole refuses connections', async () => {
  const hole = await blackhole();
  await hole.close();
  await expect(readAll(hole.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
