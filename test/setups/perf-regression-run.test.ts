import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commit, git } from '@repo/testkit/git/repository';

import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { onPull, runBenchmarks } from './perf/jobs.ts';
import { startProject } from './perf/project.ts';
import { COMMAND, FASTER, FILES, SLOWER, TURNS } from './perf/turns.ts';

cell('pull-request', 'both sides are measured, and only the slower change fails', async () => {
  await using project = await startProject({ files: FILES });
  await using runners = await hostedRunners();
  const same = await project.openPull({ files: FASTER });
  const good = await runBenchmarks(runners, project, { ...onPull(same), with: TURNS });
  expect(good.outcome, good.log).toBe('success');
  const slow = await project.openPull({ files: SLOWER });
  const bad = await runBenchmarks(runners, project, { ...onPull(slow), with: TURNS });
  expect(bad.outcome, bad.log).toBe('failure');
  expect(project.github.state.comments.map(({ issue }) => issue)).toEqual([slow.number]);
  expect(git(bad.job.workspace, 'worktree', 'list').split('\n')).toHaveLength(1);
});

knownDefect(
  'pull-request',
  'a change that makes every benchmark slower fails',
  'a change of all benchmarks is divided out, although the turns rule out the machine',
  async () => {
    const command = [1, 2, 3, 4].map((name) => COMMAND.replace('Parse', `Parse${name}`)).join('; ');
    await using project = await startProject({ files: FILES });
    await using runners = await hostedRunners();
    const slow = await project.openPull({ files: { 'speed.txt': '200' } });
    const inputs = { ...TURNS, command };
    const bad = await runBenchmarks(runners, project, { ...onPull(slow), with: inputs });
    expect(bad.outcome, bad.log).toBe('failure');
  },
);

cell('shallow', 'a checkout without the base names fetch-depth, and measures nothing', async () => {
  await using project = await startProject({ files: FILES });
  await using runners = await hostedRunners();
  const pull = await project.openPull({ files: SLOWER });
  const job = { ...onPull(pull), with: TURNS };
  const shallow = await runBenchmarks(runners, project, { ...job, fetchDepth: 1 });
  expect(shallow.outcome, shallow.log).toBe('failure');
  expect(shallow.log).toContain('fetch-depth: 2');
  expect(shallow.outputs.regressions).not.toBe('0');
  const deep = await runBenchmarks(runners, project, { ...job, fetchDepth: 2 });
  expect(deep.outputs.regressions, deep.log).toBe('1');
});

knownDefect(
  'shallow',
  'the base has its submodules',
  'the worktree of the base is created without submodules',
  async () => {
    await using library = await startProject({ files: FILES });
    await using project = await startProject();
    await using runners = await hostedRunners();
    const clone = project.repository.clone();
    const allow = ['-c', 'protocol.file.allow=always'];
    const url = `file://${library.repository.remote}`;
    git(clone, ...allow, 'submodule', '--quiet', 'add', url, 'library');
    commit(clone, {});
    git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
    const result = await runBenchmarks(runners, project, {
      ...onPull(await project.openPull()),
      with: { ...TURNS, command: COMMAND.replace('speed.txt', 'library/speed.txt') },
      prepare: async ({ home, workspace }) => {
        await writeFile(join(home, '.gitconfig'), '[protocol "file"]\n\tallow = always\n');
        git(workspace, ...allow, 'submodule', '--quiet', 'update', '--init', '--depth=1');
      },
    });
    expect(result.outcome, result.log).toBe('success');
  },
);

knownDefect(
  'first-ever',
  'a pull request that adds a benchmark is green',
  'a command that fails on the base fails the run, although the base has no benchmark',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    const pull = await project.openPull({ files: FILES });
    const added = await runBenchmarks(runners, project, { ...onPull(pull), with: TURNS });
    expect(added.outcome, added.log).toBe('success');
  },
);

knownDefect(
  'self-hosted',
  'a build folder that both sides share does not hide a regression',
  'both sides run what the head has built, without a warning',
  async () => {
    await using project = await startProject({ files: FILES });
    await using runner = await selfHostedRunner();
    const slow = await project.openPull({ files: SLOWER });
    const target = join((await runner.startJob()).home, 'target');
    const bad = await runBenchmarks(runner, project, {
      ...onPull(slow),
      env: { CARGO_TARGET_DIR: target },
      with: {
        ...TURNS,
        prepare: 'mkdir -p "$CARGO_TARGET_DIR" && cp speed.txt "$CARGO_TARGET_DIR"',
        command: COMMAND.replace('speed.txt', '"$CARGO_TARGET_DIR/speed.txt"'),
      },
    });
    expect(bad.outcome, bad.log).toBe('failure');
  },
);

knownDefect(
  'self-hosted',
  'a checkout with uncommitted changes is reported',
  'changes of earlier steps are measured as if the commit had them',
  async () => {
    await using project = await startProject({ files: FILES });
    await using runner = await selfHostedRunner();
    const result = await runBenchmarks(runner, project, {
      ...onPull(await project.openPull()),
      with: TURNS,
      prepare: ({ workspace }) => writeFile(join(workspace, 'speed.txt'), '50'),
    });
    expect(result.annotations.map(({ level }) => level)).toContain('warning');
  },
);
