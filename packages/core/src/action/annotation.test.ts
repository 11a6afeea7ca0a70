import { expect, test } from 'vitest';
import { type Annotation, limitAnnotations } from './annotation.ts';

const some = (level: Annotation['level'], count: number) =>
  Array.from({ length: count }, (_, index) => ({ level, title: `${level} ${index}`, message: '' }));

test('sorts by severity and keeps the order within a level', () => {
  const limited = limitAnnotations([
    ...some('notice', 1),
    ...some('warning', 2),
    ...some('error', 2),
  ]);
  expect(limited.map(({ title }) => title)).toEqual([
    'error 0',
    'error 1',
    'warning 0',
    'warning 1',
    'notice 0',
  ]);
});

test('keeps ten of a level; with more, the tenth states the number of the others', () => {
  expect(limitAnnotations(some('error', 10)).map(({ title }) => title)).toContain('error 9');
  const limited = limitAnnotations([...some('error', 12), ...some('warning', 10)]);
  expect(limited).toHaveLength(20);
  expect(limited[9]).toMatchObject({ level: 'error', title: 'and 3 more' });
});
