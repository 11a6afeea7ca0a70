import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { act } from '../workflows/act.ts';
import { release } from '../workflows/guarded-machine.ts';
import { cell, knownDefect } from './cell.ts';
import { startTeam, type Team } from './guarded-deploy-team.ts';

// Each deploy is a run of act.
const options = { possible: act.path !== undefined, timeoutMs: 240_000 };

/** A deploy of a healthy release is served; an unhealthy one is replaced by it. */
async function deploysAndRestores(
  team: Team,
  run: (release: string) => Parameters<Team['deploy']>[0] = () => ({}),
): Promise<void> {
  const good = await team.deploy(run('one'));
  expect(good.succeeded, good.log).toBe(true);
  expect(await team.machine.site()).toBe('one');
  const bad = await team.push('two', false, run('two'));
  expect(bad.succeeded, bad.log).toBe(false);
  expect(await team.machine.site()).toBe('one');
}

/** A new machine for each job: another home folder. */
const hosted = async (team: Team) => ({
  env: { HOME: await mkdtemp(join(team.home, 'hosted-')), RUNNER_ENVIRONMENT: 'github-hosted' },
});

cell(
  'hosted',
  'serves a healthy release, and fails the job of an unhealthy one',
  async () => {
    await using team = await startTeam({ inputs: { 'state-dir': '~/.deploy-rollback' } });
    const good = await team.deploy(await hosted(team));
    expect(good.succeeded, good.log).toBe(true);
    expect(await team.machine.site()).toBe('one');
    const bad = await team.push('two', false, await hosted(team));
    expect(bad.succeeded, bad.log).toBe(false);
  },
  options,
);

knownDefect(
  'hosted',
  'does not call a release restored while production serves the bad one',
  'the files strategy restores the folder of the runner, not production',
  async () => {
    // The site is deployed from the workspace to another machine.
    await using team = await startTeam({
      inputs: {
        strategies: '"[{files: {paths: [release.json]}}]"',
        'state-dir': '~/.deploy-rollback',
      },
    });
    await team.deploy(await hosted(team));
    const bad = await team.push('two', false, await hosted(team));
    expect(bad.succeeded, bad.log).toBe(false);
    expect([bad.outputs.result, await team.machine.site()]).not.toEqual(['rolled-back', 'two']);
  },
  options,
);

cell(
  'self-hosted',
  'serves a healthy release, and restores it after an unhealthy one',
  async () => {
    await using team = await startTeam();
    await deploysAndRestores(team);
  },
  options,
);

knownDefect(
  'two-repositories',
  'an unhealthy release of the blog holds no deploy of the shop',
  'two repositories share the state and the freeze of an environment',
  async () => {
    await using shop = await startTeam();
    const state = join(shop.machine.folder, 'state');
    await using blog = await startTeam({ inputs: { 'state-dir': state } });
    const inBlog = { env: { GITHUB_REPOSITORY: 'octo-org/blog' } };
    const inShop = { env: { GITHUB_REPOSITORY: 'octo-org/shop' } };
    await blog.runner.commit(release('blog-one'));
    await blog.deploy(inBlog);
    await shop.deploy(inShop);
    await blog.push('blog-two', false, inBlog);
    expect(await blog.machine.site()).toBe('blog-one');
    await shop.push('two', true, inShop);
    expect(await shop.machine.site()).toBe('two');
  },
  options,
);

cell(
  'rerun',
  'another attempt of an unhealthy release does not deploy it',
  async () => {
    await using team = await startTeam();
    await team.deploy();
    const run = { env: { GITHUB_RUN_ID: '77' } };
    await team.push('two', false, run);
    const again = await team.deploy({ env: { ...run.env, GITHUB_RUN_ATTEMPT: '2' } });
    expect(again.succeeded, again.log).toBe(false);
    expect(await team.machine.site()).toBe('one');
    expect(again.outputs.result).toBe('frozen');
  },
  options,
);

cell(
  'pull-request',
  'deploys and restores the preview, and leaves production alone',
  async () => {
    await using team = await startTeam();
    await using production = await startTeam();
    await production.deploy();
    const variables = { MACHINE: team.machine.folder, URL: team.machine.server.url };
    const payload = { number: 1, pull_request: { number: 1, head: { sha: 'a'.repeat(40) } } };
    await deploysAndRestores(team, () => ({ event: 'pull_request', payload, variables }));
    expect(await production.machine.site()).toBe('one');
  },
  options,
);

const WITH_KEY = '#!/bin/bash\nset -eu\ntest -n "$KEY"\ncp release.json "$1/site/index.json"\n';

cell(
  'fork',
  'a deploy command without its secret leaves production alone',
  async () => {
    await using team = await startTeam({
      files: { 'deploy.sh': WITH_KEY },
      inputs: { 'deploy-command': 'KEY="${{ secrets.KEY }}" ./deploy.sh "$MACHINE"' },
    });
    const main = { secrets: { KEY: 'key-of-the-site' } };
    expect((await team.deploy(main)).succeeded).toBe(true);
    const fork = await team.push('two', true);
    expect(fork.succeeded, fork.log).toBe(false);
    expect(await team.machine.site()).toBe('one');
  },
  options,
);

knownDefect(
  'fork',
  'the next deploy runs after a command that failed before it changed anything',
  'a failed command freezes the environment, also if it changed nothing',
  async () => {
    await using team = await startTeam({
      files: { 'deploy.sh': WITH_KEY },
      inputs: { 'deploy-command': 'KEY="${{ secrets.KEY }}" ./deploy.sh "$MACHINE"' },
    });
    const main = { secrets: { KEY: 'key-of-the-site' } };
    await team.deploy(main);
    await team.push('two', true);
    await team.push('three', true, main);
    expect(await team.machine.site()).toBe('three');
  },
  options,
);

cell(
  'schedule',
  'deploys and restores in scheduled runs without a payload',
  async () => {
    await using team = await startTeam();
    await deploysAndRestores(team, () => ({
      event: 'schedule',
      payload: { schedule: '17 * * * *' },
    }));
  },
  options,
);

cell(
  'first-ever',
  'an unhealthy first release is replaced by what ran before',
  async () => {
    await using team = await startTeam();
    const bad = await team.push('bad', false);
    expect(bad.succeeded, bad.log).toBe(false);
    expect(await team.machine.site()).toBe('zero');
  },
  options,
);

cell(
  'first-ever',
  'the first healthy release is served',
  async () => {
    await using team = await startTeam();
    const good = await team.deploy();
    expect(good.succeeded, good.log).toBe(true);
    expect(await team.machine.site()).toBe('one');
  },
  options,
);
