import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { knownDefect } from './cell.ts';
import { onPull, onPush, runBenchmarks } from './perf/jobs.ts';
import { startProject } from './perf/project.ts';
import { pushes, SUITE } from './perf/values.ts';

/** Compares two files of one job, for a pull request. */
async function compareFiles(
  start: typeof hostedRunners,
  { before, after }: { readonly before: string; readonly after: string },
  inputs: Readonly<Record<string, string>> = {},
) {
  await using project = await startProject();
  await using runners = await start();
  const result = await runBenchmarks(runners, project, {
    ...onPull(await project.openPull()),
    with: { results: 'changed.txt', baseline: 'old.txt', ...inputs },
    prepare: async ({ workspace }) => {
      await writeFile(join(workspace, 'old.txt'), before);
      await writeFile(join(workspace, 'changed.txt'), after);
    },
  });
  return { outcome: result.outcome, log: result.log };
}

const lines = (values: readonly string[]) =>
  values.map((value) => `BenchmarkParse-2 1000 ${value}`).join('\n');

knownDefect(
  'hosted',
  'a benchmark that starts to allocate fails',
  'an increase from 0 has no ratio, so it is only unknown',
  async () => {
    const allocations = (count: number) =>
      lines(Array.from({ length: 10 }, (_, run) => `10${run} ns/op 0 B/op ${count} allocs/op`));
    const files = { before: allocations(0), after: allocations(2) };
    const { outcome, log } = await compareFiles(hostedRunners, files);
    expect(outcome, log).toBe('failure');
  },
);

knownDefect(
  'hosted',
  'a warn limit with a unit is a limit',
  'warn: 512MB is read as +512MB without a word',
  async () => {
    const memory = (megabytes: number) =>
      JSON.stringify([{ name: 'rss', unit: 'MB', value: megabytes }]);
    const { outcome, log } = await compareFiles(
      hostedRunners,
      { before: memory(590), after: memory(600) },
      {
        format: 'custom',
        metrics: '- {match: rss, better: lower, warn: 512MB}',
        'fail-on': 'warn',
      },
    );
    expect(outcome, log).toBe('failure');
  },
);

knownDefect(
  'self-hosted',
  'a machine with two speeds does not fail a change that alters nothing',
  'samples of the rarer speed are removed as outliers, on each side another one',
  async () => {
    const speeds = (fast: number) =>
      lines(Array.from({ length: 10 }, (_, run) => `${run < fast ? 100 : 130}.${run} ns/op`));
    const files = { before: speeds(7), after: speeds(3) };
    const { outcome, log } = await compareFiles(selfHostedRunner, files);
    expect(outcome, log).toBe('success');
  },
);

knownDefect(
  'after-a-year',
  'a slowdown by 15% that was never accepted is still reported',
  'after 30 pushes the slow level is the baseline',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners();
    const slow = { ...SUITE, Parse: 1150 };
    project.addHistory([...pushes(30), ...pushes(36, slow)]);
    const now = await runBenchmarks(runners, project, {
      ...onPush(project),
      values: slow,
      with: { results: 'new.txt', 'fail-on': 'warn' },
    });
    expect(now.outcome, now.log).toBe('failure');
  },
);
