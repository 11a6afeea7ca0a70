import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bytes of the scripts of each action before `@actions/exec` and `@actions/github` were used. */
const BASELINES: Readonly<Record<string, number>> = {
  'deploy-rollback': 1_442_506,
  'docker-label-cleanup': 525_606,
  'health-check': 2_698_245,
  'perf-regression': 4_686_453,
  'proxy-retest': 4_322_679,
};
const MAX_GROWTH_BYTES = 200_000;
/** Bytes of features since then, with their reason. */
const FEATURES: Readonly<Record<string, number>> = {
  // Windows: locks by named pipes, files in use, batch files.
  'deploy-rollback': 30_000,
  // Deletes older caches, which needs @actions/github (173 KB).
  'proxy-retest': 50_000,
};

const actions = readdirSync(join(root, 'actions')).filter((name) =>
  readdirSync(join(root, 'actions', name)).includes('src'),
);

function measureScripts(action: string): number {
  const folder = join(root, 'actions', action, 'dist');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .reduce((bytes, name) => bytes + statSync(join(folder, name)).size, 0);
}

/** The paths of the modules that ncc bundled. */
function listModules(action: string): readonly string[] {
  return readFileSync(join(root, 'actions', action, 'lib/modules.txt'), 'utf8').split('\n');
}

function findActionsWith(module: string): readonly string[] {
  return actions.filter((action) => listModules(action).some((name) => name.includes(module)));
}

test('no bundle exceeds its limit', () => {
  const sizes = actions.map((action) => {
    const limit = (BASELINES[action] ?? 0) + MAX_GROWTH_BYTES + (FEATURES[action] ?? 0);
    return { action, bytes: measureScripts(action), limit };
  });
  const rows = sizes.map(({ action, bytes, limit }) => {
    const cells = [bytes, limit].map((number) => number.toLocaleString('en').padStart(11));
    return `${action.padEnd(22)}${cells.join('')}`;
  });
  console.log(`${'Bundle'.padEnd(22)}      bytes      limit\n${rows.join('\n')}`);
  expect(sizes.filter(({ bytes, limit }) => bytes > limit)).toEqual([]);
});

test('every action that starts programs bundles @actions/exec', () => {
  const expected = ['deploy-rollback', 'health-check', 'perf-regression', 'proxy-retest'];
  expect(findActionsWith('packages/core/lib/process/exec.js')).toEqual(expected);
  expect(findActionsWith('node_modules/@actions/exec/lib/toolrunner.js')).toEqual(expected);
});

test('every action that calls GitHub bundles @actions/github', () => {
  const expected = ['deploy-rollback', 'health-check', 'perf-regression', 'proxy-retest'];
  expect(findActionsWith('packages/github/lib/connect.js')).toEqual(expected);
  expect(findActionsWith('node_modules/@actions/github/lib/')).toEqual(expected);
});
