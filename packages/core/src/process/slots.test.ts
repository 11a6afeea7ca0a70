import { expect, test } from 'vitest';
import { slots } from './slots.ts';

/** A task that the test ends. */
function task(started: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = () => {
    started.push(name);
    return promise;
  };
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

const settle = () => new Promise(setImmediate);

test('limits concurrent tasks and starts the others in order', async () => {
  const started: string[] = [];
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => task(started, name));
  const { take } = slots(2);
  const all = Promise.all([a, b, c, d].map((one) => take(one?.run ?? expect.unreachable)));
  await settle();
  expect(started).toEqual(['a', 'b']);
  b?.end();
  await settle();
  expect(started).toEqual(['a', 'b', 'c']);
  a?.end();
  c?.end();
  d?.end();
  expect(await all).toEqual(['a', 'b', 'c', 'd']);
});

test('a failed task frees its slot', async () => {
  const started: string[] = [];
  const { take } = slots(1);
  const bad = task(started, 'bad');
  const good = task(started, 'good');
  const failed = expect(take(bad.run)).rejects.toThrow('bad');
  const passed = take(good.run);
  bad.fail();
  good.end();
  await failed;
  expect(await passed).toBe('good');
  expect(await take(async () => 'free again')).toBe('free again');
});

test('a task that throws synchronously frees its slot', async () => {
  const { take } = slots(1);
  const thrower = () => {
    throw new Error('at once');
  };
  await expect(take(thrower)).rejects.toThrow('at once');
  expect(await take(async () => 'free')).toBe('free');
});
