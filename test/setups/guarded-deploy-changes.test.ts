import { expect } from 'vitest';
import { act } from '../workflows/act.ts';
import { release } from '../workflows/guarded-machine.ts';
import { cell, knownDefect } from './cell.ts';
import { startTeam, type Team } from './guarded-deploy-team.ts';

const options = { possible: act.path !== undefined, timeoutMs: 240_000 };

/** Merges a release from a branch into main like GitHub: no run has seen the new commit. */
async function merge(
  { runner }: Team,
  method: 'squash' | 'rebase' | 'merge',
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const { git } = runner;
  const base = git('rev-parse', 'HEAD');
  await runner.commit(files);
  const head = git('rev-parse', 'HEAD');
  git('reset', '--quiet', '--hard', base);
  if (method === 'merge') git('merge', '--quiet', '--no-ff', '--message', 'Merge change', head);
  else {
    git('cherry-pick', '--no-commit', head);
    git('commit', '--quiet', '--message', `change (${method})`);
  }
  git('push', '--quiet', '--force', 'origin', 'main');
}

/** Deploys two merged releases: the good one is served, and restored after the bad one. */
async function deploysMerged(method: 'squash' | 'rebase' | 'merge'): Promise<void> {
  await using team = await startTeam();
  await merge(team, method, release('good'));
  const good = await team.deploy();
  expect(good.succeeded, good.log).toBe(true);
  expect(await team.machine.site()).toBe('good');
  await merge(team, method, release('bad', false));
  const bad = await team.deploy();
  expect(bad.succeeded, bad.log).toBe(false);
  expect(await team.machine.site()).toBe('good');
}

cell(
  'squash-merge',
  'restores the good release after a merged bad one',
  () => deploysMerged('squash'),
  options,
);
cell(
  'rebase-merge',
  'restores the good release after a merged bad one',
  () => deploysMerged('rebase'),
  options,
);
cell(
  'merge-commit',
  'restores the good release after a merged bad one',
  () => deploysMerged('merge'),
  options,
);

knownDefect(
  'squash-merge',
  'serves the fix that was merged after a rollback',
  'a freeze holds the fix too, not only the bad content',
  async () => {
    await using team = await startTeam();
    await team.deploy();
    await merge(team, 'squash', release('bad', false));
    await team.deploy();
    await merge(team, 'squash', release('fixed'));
    await team.deploy();
    expect(await team.machine.site()).toBe('fixed');
  },
  options,
);

const MATRIX = `    strategy: {max-parallel: 1, fail-fast: false, matrix: {environment: [staging, production]}}`;

cell(
  'matrix',
  'restores the environment whose release is unhealthy, and keeps the other one',
  async () => {
    await using staging = await startTeam();
    const folder = "${{ matrix.environment == 'staging' && vars.STAGING || vars.MACHINE }}";
    await using team = await startTeam({
      job: MATRIX,
      files: { 'deploy.sh': '#!/bin/bash\nset -eu\ncp "$2.json" "$1/site/index.json"\n' },
      inputs: {
        environment: '${{ matrix.environment }}',
        'deploy-command': `./deploy.sh "${folder}" "\${{ matrix.environment }}"`,
        strategies: `"[{files: {base: '${folder}', paths: [site]}}]"`,
        url: "${{ matrix.environment == 'staging' && vars.STAGING_URL || vars.URL }}",
      },
    });
    const variables = {
      MACHINE: team.machine.folder,
      URL: team.machine.server.url,
      STAGING: staging.machine.folder,
      STAGING_URL: staging.machine.server.url,
    };
    const push = async (name: string, isHealthy: boolean) => {
      await team.runner.commit({
        'staging.json': JSON.stringify({ release: name, healthy: true }),
        'production.json': JSON.stringify({ release: name, healthy: isHealthy }),
      });
      return team.deploy({ variables });
    };
    const good = await push('one', true);
    expect(good.succeeded, good.log).toBe(true);
    const bad = await push('two', false);
    expect(bad.succeeded, bad.log).toBe(false);
    expect(await staging.machine.site()).toBe('two');
    expect(await team.machine.site()).toBe('one');
  },
  options,
);

const CALLED = (team: Pick<Team, 'machine'>) => `
on:
  workflow_call:
    inputs: {environment: {type: string, required: true}}
    secrets: {key: {required: true}}
permissions: {}
jobs:
  deploy:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: org/actions/guarded-deploy@v1
        with:
          environment: \${{ inputs.environment }}
          deploy-command: test "\${{ secrets.key }}" = key-of-the-site && ./deploy.sh '${team.machine.folder}'
          strategies: "[{files: {base: '${team.machine.folder}', paths: [site]}}]"
          state-dir: ${team.machine.folder}/state
          url: ${team.machine.server.url}
          deadline: 3s
`;

const CALLER = `
on: {workflow_dispatch: {}}
permissions: {}
jobs:
  deploy:
    uses: ./.github/workflows/called.yml
    with: {environment: production}
    secrets:
      key: \${{ secrets.SITE_KEY }}
`;

cell(
  'called',
  'serves and restores releases in a called workflow with one input and one secret',
  async () => {
    await using team = await startTeam();
    await team.runner.commit({
      '.github/workflows/called.yml': CALLED(team),
      '.github/workflows/caller.yml': CALLER,
    });
    const run = { workflow: 'caller.yml', secrets: { SITE_KEY: 'key-of-the-site' } };
    const good = await team.deploy(run);
    expect(good.succeeded, good.log).toBe(true);
    expect(await team.machine.site()).toBe('one');
    const bad = await team.push('two', false, run);
    expect(bad.succeeded, bad.log).toBe(false);
    expect(await team.machine.site()).toBe('one');
    expect(good.log + bad.log).not.toContain('key-of-the-site');
  },
  options,
);
