import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { REQUIREMENTS } from './requirements.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('each requirement has a test or a document', () => {
  const missing = Object.entries(REQUIREMENTS).filter(
    ([, [file, title]]) => !readFileSync(join(root, file), 'utf8').includes(title),
  );
  expect(missing).toEqual([]);
});
