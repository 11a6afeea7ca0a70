import { describe, expect, test } from 'vitest';
import { shareQuestions } from './share-questions.ts';

/** Questions that are answered when the test says so. */
function held() {
  const asked: { readonly ids: readonly string[]; readonly answer: () => void }[] = [];
  const ask = shareQuestions<string>(
    (ids) =>
      new Promise((resolve) => {
        asked.push({
          ids,
          answer: () =>
            resolve(new Map(ids.filter((id) => id !== 'none').map((id) => [id, `it is ${id}`]))),
        });
      }),
  );
  return { ask, asked };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('questions about several things', () => {
  test('that come together are one, and each gets its own answer', async () => {
    const { ask, asked } = held();
    const answers = Promise.all(['a', 'none', 'b', 'a'].map(ask));
    await turn();
    expect(asked.map(({ ids }) => ids)).toEqual([['a', 'none', 'b']]);
    asked[0]?.answer();
    expect(await answers).toEqual(['it is a', undefined, 'it is b', 'it is a']);
  });

  test('that come later are never answered by what was asked before them', async () => {
    const { ask, asked } = held();
    const first = ask('a');
    await turn();
    const second = ask('a');
    await turn();
    expect(asked.map(({ ids }) => ids)).toEqual([['a'], ['a']]);
    for (const { answer } of asked) answer();
    await Promise.all([first, second]);
  });

  test('wait for each other when two are under way', async () => {
    const { ask, asked } = held();
    const answers: Promise<unknown>[] = [];
    for (const id of ['a', 'b', 'c', 'd']) {
      answers.push(ask(id));
      await turn();
    }
    expect(asked).toHaveLength(2);
    asked[1]?.answer();
    await answers[1];
    await turn();
    expect(asked[2]?.ids).toEqual(['c', 'd']);
    for (const { answer } of asked) answer();
    await Promise.all(answers);
  });

  test('share a failure, and the next ones are asked all the same', async () => {
    let attempts = 0;
    const ask = shareQuestions<string>(async (ids) => {
      attempts++;
      if (attempts === 1) throw new Error('the line broke');
      return new Map(ids.map((id) => [id, id]));
    });
    const failed = await Promise.allSettled([ask('a'), ask('b')]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask('a')).toBe('a');
  });
});
