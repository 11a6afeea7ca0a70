import { describe, expect, test } from 'vitest';
import { batchInspect } from './batch-inspect.ts';

/** Requests that wait until the test answers them. */
function pendingRequests() {
  const requests: { readonly ids: readonly string[]; readonly answer: () => void }[] = [];
  const inspect = batchInspect<string>(
    (ids) =>
      new Promise((resolve) => {
        requests.push({
          ids,
          answer: () =>
            resolve(new Map(ids.filter((id) => id !== 'none').map((id) => [id, `state of ${id}`]))),
        });
      }),
  );
  return { inspect, requests };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('batchInspect', () => {
  test('sends calls of the same turn as one request, and answers each', async () => {
    const { inspect, requests } = pendingRequests();
    const answers = Promise.all(['a', 'none', 'b', 'a'].map(inspect));
    await turn();
    expect(requests.map(({ ids }) => ids)).toEqual([['a', 'none', 'b']]);
    requests[0]?.answer();
    expect(await answers).toEqual(['state of a', undefined, 'state of b', 'state of a']);
  });

  test('does not answer a later call with an earlier request', async () => {
    const { inspect, requests } = pendingRequests();
    const first = inspect('a');
    await turn();
    const second = inspect('a');
    await turn();
    expect(requests.map(({ ids }) => ids)).toEqual([['a'], ['a']]);
    for (const { answer } of requests) answer();
    await Promise.all([first, second]);
  });

  test('has at most two requests in flight', async () => {
    const { inspect, requests } = pendingRequests();
    const answers: Promise<unknown>[] = [];
    for (const id of ['a', 'b', 'c', 'd']) {
      answers.push(inspect(id));
      await turn();
    }
    expect(requests).toHaveLength(2);
    requests[1]?.answer();
    await answers[1];
    await turn();
    expect(requests[2]?.ids).toEqual(['c', 'd']);
    for (const { answer } of requests) answer();
    await Promise.all(answers);
  });

  test('rejects all calls of a failed request, and answers later calls', async () => {
    let attempts = 0;
    const inspect = batchInspect<string>(async (ids) => {
      attempts++;
      if (attempts === 1) throw new Error('connection lost');
      return new Map(ids.map((id) => [id, id]));
    });
    const failed = await Promise.allSettled([inspect('a'), inspect('b')]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await inspect('a')).toBe('a');
  });
});
