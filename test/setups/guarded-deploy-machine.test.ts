import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { act } from '../workflows/act.ts';
import { release } from '../workflows/guarded-machine.ts';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { startTeam, type Team } from './guarded-deploy-team.ts';

const execute = promisify(execFile);
const options = { possible: act.path !== undefined, timeoutMs: 240_000 };

cell(
  'arc',
  'a new pod restores what ran before its deploy, without the state of the last pod',
  async () => {
    await using team = await startTeam({ inputs: { 'state-dir': '~/.deploy-rollback' } });
    const pod = async () => ({ env: { HOME: await mkdtemp(join(team.home, 'pod-')) } });
    const good = await team.deploy(await pod());
    expect(good.succeeded, good.log).toBe(true);
    const bad = await team.push('two', false, await pod());
    expect(bad.succeeded, bad.log).toBe(false);
    expect(await team.machine.site()).toBe('one');
  },
  options,
);

cell(
  'odd-names',
  'deploys and restores with odd names of the environment, the folder and the command',
  async () => {
    await using team = await startTeam({
      files: { "the site's folder/deploy.sh": '#!/bin/bash\nset -eu\ncp ../release.json "$1"\n' },
      inputs: {
        environment: 'eu-west/qa_1.2',
        'working-directory': '"the site\'s folder"',
        'deploy-command': '"set -e\\n./deploy.sh \\"$MACHINE/site/index.json\\" # it\'s odd\\n"',
      },
    });
    const good = await team.deploy();
    expect(good.succeeded, good.log).toBe(true);
    expect(await team.machine.site()).toBe('one');
    const bad = await team.push('two', false);
    expect(bad.succeeded, bad.log).toBe(false);
    expect(await team.machine.site()).toBe('one');
  },
  options,
);

cell(
  'odd-names',
  'refuses an odd name of the environment before the deploy',
  async () => {
    await using team = await startTeam({
      inputs: { environment: '"Größe $(touch pwned) `x`"' },
    });
    const refused = await team.deploy();
    expect(refused.succeeded, refused.log).toBe(false);
    expect(refused.outputs.message).toContain('environment');
    expect(await team.machine.site()).toBe('zero');
  },
  options,
);

cell(
  'full-disk',
  'deploys nothing without room for the snapshot, and freezes nothing',
  async () => {
    await using team = await startTeam({
      inputs: { 'state-dir': '${{ vars.STATE || vars.MACHINE }}/state' },
    });
    await team.deploy();
    const full = 'mount -t tmpfs -o size=64k tmpfs /mnt && { cat /dev/zero > /mnt/rest || true; }';
    const held = await team.push('two', true, {
      launcher: ['unshare', '--mount', 'bash', '-c', `${full} 2>/dev/null; exec "$@"`, 'bash'],
      variables: { MACHINE: team.machine.folder, URL: team.machine.server.url, STATE: '/mnt' },
    });
    expect(held.succeeded, held.log).toBe(false);
    expect(await team.machine.site()).toBe('one');
    const next = await team.deploy();
    expect(next.succeeded, next.log).toBe(true);
    expect(await team.machine.site()).toBe('two');
  },
  { ...options, possible: options.possible && isRootOnLinux },
);

/** Kills the runner in the middle of the deploy: the site has a part of the release. */
const KILLED = `#!/bin/bash
set -eu
if [ -e killed ]; then
  echo '{"release": "torn", "healthy": false}' > "$1/site/index.json"
  kill -9 "$(cat "$1/runner.pid")"
fi
cp release.json "$1/site/index.json"
`;

/** Deploys a release whose runner is killed in the middle, and then a healthy one. */
async function deployAfterKill(team: Team) {
  await team.deploy();
  await team.runner.commit({ killed: '', ...release('two') });
  const pidFile = join(team.machine.folder, 'runner.pid');
  const killed = await team.deploy({
    launcher: ['bash', '-c', 'echo $$ > "$0" && exec "$@"', pidFile],
  });
  expect(killed.succeeded, killed.log).toBe(false);
  team.runner.git('rm', '--quiet', 'killed');
  return team.push('three', true);
}

cell(
  'killed',
  'the next deploy is served whole after one that was killed in the middle',
  async () => {
    await using team = await startTeam({ files: { 'deploy.sh': KILLED } });
    const next = await deployAfterKill(team);
    expect(next.succeeded, next.log).toBe(true);
    expect(await team.machine.site()).toBe('three');
    const bad = await team.push('four', false);
    expect(bad.succeeded, bad.log).toBe(false);
    expect(await team.machine.site()).toBe('three');
  },
  options,
);

knownDefect(
  'killed',
  'the next deploy says that the last one did not end',
  'a deploy that was killed is not mentioned by the next run',
  async () => {
    await using team = await startTeam({ files: { 'deploy.sh': KILLED } });
    const next = await deployAfterKill(team);
    expect(next.succeeded, next.log).toBe(true);
    expect(next.log).toMatch(/interrupted|not finished|did not (end|finish)|was killed/i);
  },
  options,
);

const YEAR_MS = 365 * 24 * 3_600_000;

/** Moves the times of the records of an environment. */
function moveLedger(state: string, byMs: number): void {
  const paths = readdirSync(state, { recursive: true, encoding: 'utf8' });
  for (const path of paths.filter((one) => one.endsWith('ledger.jsonl'))) {
    const text = readFileSync(join(state, path), 'utf8');
    const moved = text.replace(/"atMs":(\d+)/g, (_, at) => `"atMs":${Number(at) + byMs}`);
    expect(moved).not.toBe(text);
    writeFileSync(join(state, path), moved);
  }
}

/** Rolls back, moves the records by a time, and returns what is served after the next bad release. */
async function restoreAgainAfter(byMs: number): Promise<string> {
  await using team = await startTeam({
    inputs: { freeze: '"false"', 'max-rollbacks': '1 per 60m' },
  });
  await team.deploy();
  await team.push('bad', false);
  moveLedger(join(team.machine.folder, 'state'), byMs);
  const result = await team.push('worse', false);
  expect(result.succeeded, result.log).toBe(false);
  return team.machine.site();
}

cell(
  'after-a-year',
  'restores a release that was deployed and restored a year ago',
  async () => expect(await restoreAgainAfter(-YEAR_MS)).toBe('one'),
  options,
);

knownDefect(
  'after-a-year',
  'restores the good release although the clock was wrong at the last rollback',
  'a record from the future blocks automatic rollbacks',
  async () => expect(await restoreAgainAfter(YEAR_MS)).toBe('one'),
  options,
);

const TWO_FILES = `#!/bin/bash
set -eu
cp release.json "$1/site/index.json"
if [ -e slow ]; then echo started > "$1/started"; read -r < "$1/continue"; fi
cp release.json "$1/site/second.json"
`;

const BY_HAND = `
on: {workflow_dispatch: {}}
permissions: {}
jobs:
  rollback:
    runs-on: self-hosted
    steps:
      - uses: org/actions/deploy-rollback@v1
        with:
          mode: rollback
          strategies: "[{files: {base: '\${{ vars.MACHINE }}', paths: [site]}}]"
          state-dir: \${{ vars.MACHINE }}/state
`;

knownDefect(
  'two-at-once',
  'a rollback by hand during a deploy leaves one whole release',
  'the lock does not cover the deploy',
  async () => {
    await using team = await startTeam({
      files: { 'deploy.sh': TWO_FILES, '.github/workflows/rollback.yml': BY_HAND },
    });
    const { folder } = team.machine;
    await team.deploy();
    await team.push('two', true);
    await execute('mkfifo', [join(folder, 'started'), join(folder, 'continue')]);
    await team.runner.commit({ slow: '' });
    const deploy = team.push('three', true);
    await readFile(join(folder, 'started'));
    await team.deploy({ workflow: 'rollback.yml' });
    await writeFile(join(folder, 'continue'), 'continue\n');
    await deploy;
    const files = ['index.json', 'second.json'].map((name) => join(folder, 'site', name));
    const [first, second] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    expect(first).toBe(second);
  },
  { ...options, possible: options.possible && process.platform !== 'win32' },
);
