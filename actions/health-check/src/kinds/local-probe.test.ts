import { unknownObservation } from '@repo/checks/kinds/observation';
import { attemptContext } from '@repo/checks/testing/attempt-context';
import { expect, test } from 'vitest';
import { probeLocally } from './local-probe.ts';

test('what was found is told with the time that it took, its own where it has one', async () => {
  const [found] = await probeLocally('x', attemptContext(), async () => ({ facts: { a: 1 } }));
  expect(found).toMatchObject({
    state: 'answered',
    facts: { a: 1, latency: { ms: found?.phases?.total } },
  });
  const [own] = await probeLocally('x', attemptContext(), async () => ({ facts: {}, ms: 7 }));
  expect(own?.phases).toEqual({ total: 7 });
});

test('what cannot be looked at in time is unknown, and the look is told', async () => {
  let told = false;
  const seen = await probeLocally('/mnt/dead', attemptContext({ timeoutMs: 30 }), (signal) => {
    signal.addEventListener('abort', () => {
      told = true;
    });
    return new Promise(() => {});
  });
  expect(seen).toEqual([unknownObservation('/mnt/dead could not be looked at within 30ms')]);
  expect(told).toBe(true);
});

test('a cancel ends it', async () => {
  const controller = new AbortController();
  const looking = probeLocally(
    'x',
    attemptContext({ signal: controller.signal }),
    () => new Promise(() => {}),
  );
  controller.abort();
  expect(await looking).toEqual([unknownObservation('cancelled')]);
});

test.each([
  ['ENOENT', 'x does not exist (ENOENT)'],
  ['EACCES', 'x may not be read by this user (EACCES)'],
  ['EIO', 'x cannot be read: i/o error, read (EIO)'],
])('%s is unknown, with the reason', async (code, reason) => {
  const seen = await probeLocally('x', attemptContext(), async () => {
    throw Object.assign(new Error('i/o error, read'), { code });
  });
  expect(seen).toEqual([unknownObservation(reason)]);
});

test('a bug is no finding', async () => {
  const look = async () => {
    throw new TypeError('no function');
  };
  await expect(probeLocally('x', attemptContext(), look)).rejects.toThrow('no function');
});
