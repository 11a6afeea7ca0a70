import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parse } from 'yaml';

// Several runs of the bundle, each a process that starts others.
vi.setConfig({ testTimeout: 90_000 });

const action = fileURLToPath(new URL('../../actions/deploy-rollback', import.meta.url));
const recipes = fileURLToPath(new URL('../../docs/recipes.md', import.meta.url));
const [GOOD, BAD] = ['1', 'b'].map((digit) => digit.repeat(40)) as [string, string];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recipe-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The strategies of a recipe, word for word. */
function strategiesOf(name: string): string {
  const yaml = new RegExp(`<!-- example:${name} -->\n\`\`\`yaml\n(.*?)\`\`\``, 's').exec(
    readFileSync(recipes, 'utf8'),
  )?.[1];
  return parse(yaml ?? '')[0].with.strategies;
}

function script(name: string, ...lines: readonly string[]): void {
  writeFileSync(join(folder, name), ['#!/bin/sh', 'set -eu', ...lines, ''].join('\n'));
  chmodSync(join(folder, name), 0o755);
}

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim();

function run(strategies: string, sha: string, inputs: Readonly<Record<string, string>>) {
  return runAction({
    action,
    cwd: folder,
    github: { sha },
    with: {
      strategies,
      ledger: 'local',
      'state-dir': join(folder, 'state'),
      'verify-deadline': '2s',
      ...inputs,
    },
  });
}

/** mark good → snapshot → deploy a bad release → rollback; what the rollback said. */
async function story(strategies: string, deploy: () => void) {
  await using marked = await run(strategies, GOOD, { mode: 'mark' });
  expect(marked.exitCode, marked.log).toBe(0);
  await using kept = await run(strategies, BAD, { mode: 'snapshot' });
  expect(kept.exitCode, kept.log).toBe(0);
  deploy();
  await using back = await run(strategies, BAD, { reason: 'it does not answer' });
  return { outputs: back.outputs, log: back.log };
}

test('R19: blue-green: the traffic is switched back, if the other copy still runs', async () => {
  script('live.sh', 'cat live');
  script('switch.sh', 'echo "$1" > live');
  script('is-up.sh', 'test -e "$1.up"');
  write('live', 'blue\n');
  write('blue.up', '');
  const strategies = strategiesOf('blue-green');
  const { outputs, log } = await story(strategies, () => write('live', 'green\n'));
  expect(outputs, log).toMatchObject({ result: 'rolled-back', to: GOOD });
  expect(read('live')).toBe('blue');
});

test('R19: blue-green: when the other copy is gone, nothing is switched', async () => {
  script('live.sh', 'cat live');
  script('switch.sh', 'echo "$1" > live');
  script('is-up.sh', 'test -e "$1.up"');
  write('live', 'blue\n');
  const strategies = strategiesOf('blue-green');
  const { outputs, log } = await story(strategies, () => write('live', 'green\n'));
  expect(outputs.result, log).not.toBe('rolled-back');
  expect(read('live')).toBe('green');
});

test('R22: Kubernetes: the image of before is set, however often', async () => {
  script(
    'kubectl',
    'case "$1" in',
    '  get) cat image ;;',
    '  set) echo "${4#web=}" > image; echo "deployment.apps/web image updated" ;;',
    'esac',
  );
  write('image', 'registry.example/web@sha256:good\n');
  const strategies = strategiesOf('kubernetes').replaceAll('kubectl', './kubectl');
  const { outputs, log } = await story(strategies, () => {
    write('image', 'registry.example/web@sha256:bad\n');
  });
  expect(outputs, log).toMatchObject({ result: 'rolled-back', to: GOOD });
  expect(read('image')).toBe('registry.example/web@sha256:good');
  await using again = await run(strategies, BAD, {});
  expect(again.outputs.result, again.log).toBe('noop');
  expect(read('image')).toBe('registry.example/web@sha256:good');
});
