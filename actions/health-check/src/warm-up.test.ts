import { expect, test } from 'vitest';
import { warmUp } from './warm-up.ts';

const servers = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

test.each([
  ['http', 1],
  ['steps', 1],
  ['tcp', 1],
  ['disk', 0],
  ['sqlite', 0],
])(
  'for a check of kind %s it opens %d servers of its own, and leaves none',
  async (kind, opened) => {
    const before = servers();
    const warm = warmUp([{ kind }]);
    expect(servers() - before).toBe(opened);
    await warm;
    expect(servers()).toBe(before);
  },
);
