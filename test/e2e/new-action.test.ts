import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { newAction } from '@repo/devtools/new-action/new-action';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyCheckout, pnpm } from './checkout.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** It is installed, bundled and tested from nothing, on two cores. */
const PATIENCE_MS = 180_000;

let copy: string;

beforeAll(() => {
  copy = copyCheckout(root);
});
afterAll(() => rmSync(copy, { recursive: true }));

test('a new action passes the checks, the contract and its own tests at once', {
  timeout: PATIENCE_MS,
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
  const told = pnpm(copy, 'exec', 'vitest', 'run', '-t', 'file-age|a file|all told', ...tests);
  // Contract 6, end to end 3, and faults: four of them need root.
  const least = process.getuid?.() === 0 ? 14 : 12;
  expect(Number(/(\d+) passed, 0 failed/.exec(told)?.[1]), told).toBeGreaterThanOrEqual(least);
});

test('a name that is none, or taken, is refused, and nothing is touched', async () => {
  expect(await newAction(copy, 'File Age')).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('is no name'),
  });
  expect(await newAction(copy, '../x')).toMatchObject({ kind: 'refused' });
  expect(await newAction(copy, 'health-check')).toEqual({
    kind: 'refused',
    why: 'actions/health-check is there already.',
  });
});
