import { expect, test } from 'vitest';
import { expectBody, expectBodyRegex } from './body.ts';

test('finds a text with line breaks', () => {
  const { judge, reads } = expectBody().parse('all\nfine (.*)');
  expect(reads).toEqual(['body']);
  expect(judge({ body: 'today all\nfine (.*)!' })).toEqual({ met: true });
  expect(judge({ body: 'all\nfine' })).toEqual({
    met: false,
    found: 'the body does not contain "all\nfine (.*)"',
  });
});

test('matches a regular expression anywhere in the body', async () => {
  const { judge, reads } = await expectBodyRegex().parse('v\\d+\\.[0-9]');
  expect(reads).toEqual(['body']);
  expect(judge({ body: 'this is v1.2' })).toEqual({ met: true });
  expect(judge({ body: 'this is v1' })).toEqual({
    met: false,
    found: 'the body does not match v\\d+\\.[0-9]',
  });
});

test.each(['(', 'a(?=b)', '\\1'])('rejects the pattern %s', async (pattern) => {
  await expect(expectBodyRegex().parse(pattern)).rejects.toMatchObject({ name: 'InvalidValue' });
});

test('evaluates a pattern with exponential backtracking quickly', async () => {
  const { judge } = await expectBodyRegex().parse('^(a+)+$');
  const start = performance.now();
  expect(judge({ body: `${'a'.repeat(20_000)}!` }).met).toBe(false);
  expect(performance.now() - start).toBeLessThan(2_000);
});
