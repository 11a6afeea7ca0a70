import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readStrategies } from './read-strategies.ts';

const page = new URL('../../../../docs/rollback-on-github.md', import.meta.url);
const examples = [...readFileSync(page, 'utf8').matchAll(/```yaml\n(strategies:.*?)```/gs)].map(
  ([, yaml = '']) => String(parse(yaml).strategies),
);

test('docs/rollback-on-github.md has an example of each strategy', () => {
  expect(examples).toHaveLength(3);
});

test.each(examples)('the example is valid: %s', async (example) => {
  const [strategy, ...others] = await readStrategies(example);
  expect(others).toEqual([]);
  expect(example).toContain(`- ${strategy?.name}:`);
});
