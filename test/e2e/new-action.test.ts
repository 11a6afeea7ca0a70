import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createAction } from '@repo/devtools/new-action/new-action';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyCheckout, pnpm } from './checkout.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Installing, bundling and testing takes long on two cores. */
const TIMEOUT_MS = 180_000;

let copy: string;

beforeAll(() => {
  copy = copyCheckout(root);
});
afterAll(() => rmSync(copy, { recursive: true }));

test('creates an action that passes the checks, the contract and its own tests', {
  timeout: TIMEOUT_MS,
}, () => {
  pnpm(copy, 'install', '--frozen-lockfile', '--prefer-offline');
  pnpm(copy, 'new-action', 'file-age');
  pnpm(copy, 'install', '--no-frozen-lockfile', '--prefer-offline');
  execFileSync('git', ['init', '--quiet'], { cwd: copy });
  execFileSync('git', ['add', '.'], { cwd: copy });
  pnpm(copy, 'exec', 'tsc', '--noEmit');
  pnpm(copy, 'exec', 'biome', 'check', 'actions/file-age', 'test/e2e', 'test/contract');
  pnpm(copy, 'exec', 'turbo', 'run', 'bundle', '--filter=@repo/file-age');
  const tests = ['test/contract/actions.test.ts', 'test/e2e/faults.test.ts', 'file-age'];
  const names = [
    'file-age',
    '(a|recent|stale|deleted|missing|unreadable) file',
    'within the workspace',
    'rejects',
    'invalid inputs',
  ].join('|');
  const output = pnpm(copy, 'exec', 'vitest', 'run', '-t', names, ...tests);
  // 6 contract tests, 4 end-to-end tests, 17 unit tests, and the fault tests, of which 2 require root.
  const minPassed = process.getuid?.() === 0 ? 32 : 30;
  expect(Number(/(\d+) passed, 0 failed/.exec(output)?.[1]), output).toBeGreaterThanOrEqual(
    minPassed,
  );
});

test('rejects an invalid or existing name', async () => {
  expect(await createAction(copy, 'File Age')).toMatchObject({
    kind: 'rejected',
    reason: expect.stringContaining('is not a valid name'),
  });
  expect(await createAction(copy, '../x')).toMatchObject({ kind: 'rejected' });
  expect(await createAction(copy, 'health-check')).toEqual({
    kind: 'rejected',
    reason: 'actions/health-check already exists.',
  });
});
