import { expect, test } from 'vitest';
import { expectBody, expectBodyRegex } from './body.ts';

test('the body holds a text, line breaks and all', () => {
  const { judge, reads } = expectBody().parse('all is\nwell (.*)');
  expect(reads).toEqual(['body']);
  expect(judge({ body: 'today all is\nwell (.*)!' })).toEqual({ met: true });
  expect(judge({ body: 'all is\nwell' })).toEqual({
    met: false,
    found: 'the body does not contain "all is\nwell (.*)"',
  });
});

test('the body matches a regular expression, anywhere in it', async () => {
  const { judge, reads } = await expectBodyRegex().parse('v\\d+\\.[0-9]');
  expect(reads).toEqual(['body']);
  expect(judge({ body: 'this is v1.2' })).toEqual({ met: true });
  expect(judge({ body: 'this is v1' })).toEqual({
    met: false,
    found: 'the body does not match v\\d+\\.[0-9]',
  });
});

test.each(['(', 'a(?=b)', '\\1'])('%s is refused', async (pattern) => {
  await expect(expectBodyRegex().parse(pattern)).rejects.toMatchObject({ name: 'InvalidValue' });
});

test('a pattern that would keep a backtracking engine busy for ever takes no time', async () => {
  const { judge } = await expectBodyRegex().parse('^(a+)+$');
  const start = performance.now();
  expect(judge({ body: `${'a'.repeat(20_000)}!` }).met).toBe(false);
  expect(performance.now() - start).toBeLessThan(2_000);
});
