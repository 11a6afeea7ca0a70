import { expect, test } from 'vitest';
import { findNeedsProblems } from './needs.ts';

const check = (name: string, ...needs: string[]) => ({ name, needs });

test('accepts needs without cycles', () => {
  expect(findNeedsProblems([check('c', 'a', 'b'), check('b', 'a'), check('a')])).toEqual([]);
});

test('reports unknown names', () => {
  expect(findNeedsProblems([check('a', 'x', 'y')]).map(({ given }) => given)).toEqual(['x', 'y']);
});

test.each([
  ['itself', [check('a', 'a')], 'a → a'],
  ['each other', [check('a', 'b'), check('b', 'a')], 'a → b → a'],
  [
    'in a ring behind a tail',
    [check('t', 'a'), check('a', 'b'), check('b', 'c'), check('c', 'a')],
    'a → b → c → a',
  ],
])('rejects a check that needs %s', (_, checks, cycle) => {
  expect(findNeedsProblems(checks)).toEqual([
    expect.objectContaining({ problem: `need each other in a cycle: ${cycle}` }),
  ]);
});

test('handles a long chain', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) => check(`c${index}`, `c${index + 1}`));
  expect(findNeedsProblems([...chain, check('c20000')])).toEqual([]);
});
