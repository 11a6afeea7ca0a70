import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import { expect, test } from 'vitest';
import { warmUp } from './warm-up.ts';

const LISTENS = 'tracing:net.server.listen:asyncEnd';

test.each([
  ['http', 1],
  ['steps', 1],
  ['tcp', 1],
  ['disk', 0],
  ['sqlite', 0],
])('for a check of kind %s, opens and closes %d servers', async (kind, count) => {
  const opened: Server[] = [];
  const onListen = (message: unknown) => opened.push((message as { server: Server }).server);
  subscribe(LISTENS, onListen);
  try {
    await warmUp([{ kind }]);
  } finally {
    unsubscribe(LISTENS, onListen);
  }
  expect(opened).toHaveLength(count);
  expect(opened.filter(({ listening }) => listening)).toEqual([]);
});
