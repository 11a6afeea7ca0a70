import { expect, test } from 'vitest';
import { type Annotation, limitAnnotations } from './annotation.ts';

const some = (level: Annotation['level'], count: number) =>
  Array.from({ length: count }, (_, index) => ({ level, title: `${level} ${index}`, message: '' }));

test('sorts by severity and keeps the order within a level', () => {
  const limited = limitAnnotations(
    [...some('notice', 1), ...some('warning', 2), ...some('error', 2)],
    5,
  );
  expect(limited.map(({ title }) => title)).toEqual([
    'error 0',
    'error 1',
    'warning 0',
    'warning 1',
    'notice 0',
  ]);
});

test('keeps the most severe; the last one states the number and level of the others', () => {
  const all = [...some('notice', 3), ...some('warning', 4), ...some('error', 6)];
  expect(limitAnnotations(all, 13)).toHaveLength(13);
  const limited = limitAnnotations(all, 8);
  expect(limited.map(({ title }) => title)).toEqual([
    ...some('error', 6).map(({ title }) => title),
    'warning 0',
    'and 6 more',
  ]);
  expect(limited.at(-1)?.level).toBe('warning');
  expect(limitAnnotations(all, 1)).toMatchObject([{ level: 'error', title: 'and 13 more' }]);
  expect(limitAnnotations(all, 0)).toEqual([]);
});
