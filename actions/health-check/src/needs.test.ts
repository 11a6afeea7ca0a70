import { expect, test } from 'vitest';
import { needsProblems } from './needs.ts';

const check = (name: string, ...needs: string[]) => ({ name, needs });

test('an order without circles is fine', () => {
  expect(needsProblems([check('c', 'a', 'b'), check('b', 'a'), check('a')])).toEqual([]);
});

test('names that no check has are told, each', () => {
  expect(needsProblems([check('a', 'x', 'y')]).map(({ given }) => given)).toEqual(['x', 'y']);
});

test.each([
  ['itself', [check('a', 'a')], 'a → a'],
  ['each other', [check('a', 'b'), check('b', 'a')], 'a → b → a'],
  [
    'in a ring behind a tail',
    [check('t', 'a'), check('a', 'b'), check('b', 'c'), check('c', 'a')],
    'a → b → c → a',
  ],
])('a check may not need %s', (_, checks, circle) => {
  expect(needsProblems(checks)).toEqual([
    expect.objectContaining({ problem: `need each other in a circle: ${circle}` }),
  ]);
});

test('a long chain is walked without recursion', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) => check(`c${index}`, `c${index + 1}`));
  expect(needsProblems([...chain, check('c20000')])).toEqual([]);
});
