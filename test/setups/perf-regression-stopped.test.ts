import { git } from '@repo/testkit/git/repository';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { cell, knownDefect } from './cell.ts';
import { onPull, runBenchmarks } from './perf/jobs.ts';
import { startProject } from './perf/project.ts';
import { COMMAND, FILES, SLOWER, TURNS } from './perf/turns.ts';

cell(
  'two-at-once',
  'a cancel in the middle leaves nothing, and the next run is complete',
  async () => {
    await using project = await startProject({ files: FILES });
    await using runner = await selfHostedRunner();
    const pull = await project.openPull({ files: SLOWER });
    const cancelled = await runBenchmarks(runner, project, {
      ...onPull(pull),
      with: { ...TURNS, rounds: '1000' },
      cancel: { when: /^Round 2 / },
    });
    expect(cancelled.outcome, cancelled.log).toBe('cancelled');
    expect(project.github.state.comments).toEqual([]);
    const { workspace } = cancelled.job;
    expect(git(workspace, 'worktree', 'list').split('\n')).toHaveLength(1);
    const next = await runBenchmarks(runner, project, { ...onPull(pull), with: TURNS });
    expect(next.outputs.regressions, next.log).toBe('1');
  },
);

/** The command that kills the action in the first run on this machine. */
const KILL_ONCE = `if [ ! -e "$HOME/killed" ]; then touch "$HOME/killed"; kill -9 $PPID; fi; ${COMMAND}`;

cell('killed', 'the run after a killed one measures both sides', async () => {
  await using project = await startProject({ files: FILES });
  await using runner = await selfHostedRunner();
  const pull = await project.openPull({ files: SLOWER });
  const { home: TMPDIR } = await runner.startJob();
  const inputs = { ...TURNS, command: KILL_ONCE };
  const job = { ...onPull(pull), with: inputs, env: { TMPDIR } };
  const killed = await runBenchmarks(runner, project, job);
  expect(killed.signal, killed.log).toBe('SIGKILL');
  expect(project.github.state.comments).toEqual([]);
  const next = await runBenchmarks(runner, project, job);
  expect(next.outputs.regressions, next.log).toBe('1');
});

knownDefect(
  'killed',
  'the run after a killed one removes its worktree',
  'a worktree of a killed run stays in the repository and on the disk',
  async () => {
    await using project = await startProject({ files: FILES });
    await using runner = await selfHostedRunner();
    const { home: TMPDIR } = await runner.startJob();
    const inputs = { ...TURNS, command: KILL_ONCE };
    const job = { ...onPull(await project.openPull()), with: inputs, env: { TMPDIR } };
    await runBenchmarks(runner, project, job);
    const next = await runBenchmarks(runner, project, job);
    expect(git(next.job.workspace, 'worktree', 'list').split('\n')).toHaveLength(1);
  },
);

const PAUSE = { NODE_OPTIONS: `--import=${new URL('./perf/clock-pause.mjs', import.meta.url)}` };
/** The machine is paused for an hour in a round of the measurement. */
const pauseIn = (round: number) =>
  `echo x >> "$HOME/sides"; if [ $(wc -l < "$HOME/sides") -eq ${round * 2} ]; then touch "$HOME/paused"; fi; ${COMMAND}`;

/** Measures a slower pull request on a hosted machine that is paused for an hour. */
async function measureSlower(inputs: Readonly<Record<string, string>>) {
  await using project = await startProject({ files: FILES });
  await using runners = await hostedRunners();
  const pull = await project.openPull({ files: SLOWER });
  const { outcome, outputs, summary, log } = await runBenchmarks(runners, project, {
    ...onPull(pull),
    env: PAUSE,
    with: { ...TURNS, ...inputs },
  });
  return { outcome, outputs, summary, log };
}

cell('paused', 'the rounds before a pause decide', async () => {
  const slow = await measureSlower({ rounds: '20', command: pauseIn(7) });
  expect(slow.outputs.regressions, slow.log).toBe('1');
  expect(slow.summary).toContain('in 7 alternating rounds');
});

knownDefect(
  'paused',
  'a pause in an early round does not hide the regression',
  'without one round for each of the required samples, the samples are thrown away',
  async () => {
    const slow = await measureSlower({ rounds: '20', command: pauseIn(3) });
    expect(slow.outputs.regressions, slow.log).toBe('1');
  },
);

cell('slow-disk', 'a budget that is longer than the build is enough', async () => {
  const slow = await measureSlower({ prepare: 'touch "$HOME/paused"', budget: '2h' });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.outputs.regressions, slow.log).toBe('1');
});

knownDefect(
  'slow-disk',
  'a build that takes an hour leaves the budget for the measurement',
  'the budget includes prepare',
  async () => {
    const slow = await measureSlower({ prepare: 'touch "$HOME/paused"', budget: '1m' });
    expect(slow.outputs.regressions, slow.log).toBe('1');
  },
);
