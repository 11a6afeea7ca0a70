import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { renderDocument } from '../setups/table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the table of setups is up to date (node test/setups/table.ts)', async () => {
  expect(await readFile(`${root}docs/setups.md`, 'utf8')).toBe(renderDocument());
});

test('each action has a test or a reason in each setup', () => {
  const rows = renderDocument()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.filter((row) => /\|\s*\|/.test(row))).toEqual([]);
});
