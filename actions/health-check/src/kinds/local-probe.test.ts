import { unknownObservation } from '@repo/checks/kinds/observation';
import { attemptContext } from '@repo/checks/testing/attempt-context';
import { expect, test } from 'vitest';
import { probeLocally } from './local-probe.ts';

test('a result has its latency, by default the duration of the probe', async () => {
  const [found] = await probeLocally('x', attemptContext(), async () => ({ facts: { a: 1 } }));
  expect(found).toMatchObject({
    state: 'answered',
    facts: { a: 1, latency: { ms: found?.phases?.total } },
  });
  const [own] = await probeLocally('x', attemptContext(), async () => ({ facts: {}, ms: 7 }));
  expect(own?.phases).toEqual({ total: 7 });
});

test('a timeout is unknown and aborts the probe', async () => {
  let isAborted = false;
  const seen = await probeLocally('/mnt/dead', attemptContext({ timeoutMs: 30 }), (signal) => {
    signal.addEventListener('abort', () => {
      isAborted = true;
    });
    return new Promise(() => {});
  });
  expect(seen).toEqual([unknownObservation('/mnt/dead did not respond within 30ms')]);
  expect(isAborted).toBe(true);
});

test('a cancel stops the probe', async () => {
  const controller = new AbortController();
  const probing = probeLocally(
    'x',
    attemptContext({ signal: controller.signal }),
    () => new Promise(() => {}),
  );
  controller.abort();
  expect(await probing).toEqual([unknownObservation('cancelled')]);
});

test.each([
  ['ENOENT', 'x does not exist (ENOENT)'],
  ['EACCES', 'x is not readable for this user (EACCES)'],
  ['EIO', 'x cannot be read: i/o error, read (EIO)'],
])('%s is unknown with a reason', async (code, reason) => {
  const seen = await probeLocally('x', attemptContext(), async () => {
    throw Object.assign(new Error('i/o error, read'), { code });
  });
  expect(seen).toEqual([unknownObservation(reason)]);
});

test('rethrows other errors', async () => {
  const probe = async () => {
    throw new TypeError('no function');
  };
  await expect(probeLocally('x', attemptContext(), probe)).rejects.toThrow('no function');
});
