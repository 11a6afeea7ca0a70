import { chown, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { smallDisk } from '@repo/testkit/setups/disk';
import { container } from '@repo/testkit/setups/events';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { plainUser } from '@repo/testkit/setups/user';
import { expect } from 'vitest';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { onPull, onPush, runBenchmarks } from './perf/jobs.ts';
import { startProject } from './perf/project.ts';
import { FASTER, FILES, SLOWER, TURNS } from './perf/turns.ts';
import { pushes, SUITE } from './perf/values.ts';

const possible = isRootOnLinux;
const STRICT = { results: 'new.txt', 'fail-on': 'warn' };
/** The user of the workspace of a job in a container. */
const RUNNER_USER = 1001;

cell(
  'container',
  'a checkout of another user is recorded through the API',
  async () => {
    await using project = await startProject();
    await using runners = await hostedRunners(container());
    project.addHistory(pushes(12));
    const job = {
      ...onPush(project),
      with: STRICT,
      prepare: ({ workspace }: { readonly workspace: string }) =>
        chown(workspace, RUNNER_USER, RUNNER_USER),
    };
    const good = await runBenchmarks(runners, project, job);
    expect(good.outcome, good.log).toBe('success');
    expect(project.recorded()).toHaveLength(13);
    const values = { ...SUITE, Parse: 3000 };
    const slow = await runBenchmarks(runners, project, { ...job, values });
    expect(slow.outcome, slow.log).toBe('failure');
  },
  { possible },
);

knownDefect(
  'container',
  'mode: run names the owner of the checkout as the cause',
  'a checkout that git does not trust is reported as one without a parent commit',
  async () => {
    await using project = await startProject({ files: FILES });
    await using runners = await hostedRunners(container());
    const result = await runBenchmarks(runners, project, {
      ...onPull(await project.openPull()),
      with: TURNS,
      prepare: ({ workspace }) => chown(workspace, RUNNER_USER, RUNNER_USER),
    });
    expect(result.log).toContain('safe.directory');
  },
  { possible },
);

cell('container', 'an image without bash is named as the cause', async () => {
  await using project = await startProject({ files: FILES });
  await using runners = await hostedRunners();
  const job = await runners.startJob();
  const programs = join(job.home, 'bin');
  await mkdir(programs, { recursive: true });
  await symlink('/usr/bin/git', join(programs, 'git'));
  const result = await runBenchmarks(runners, project, {
    ...onPull(await project.openPull()),
    with: TURNS,
    env: { PATH: programs },
  });
  expect(result.outcome, result.log).toBe('failure');
  expect(result.log).toContain('bash');
});

for (const umask of ['022', '077'] as const) {
  cell(
    'plain-user',
    `both sides are measured with a home folder that is read-only (umask ${umask})`,
    async () => {
      await using project = await startProject({ files: FILES });
      await using runners = await hostedRunners(plainUser(umask));
      const same = onPull(await project.openPull({ files: FASTER }));
      const good = await runBenchmarks(runners, project, { ...same, with: TURNS });
      expect(good.outcome, good.log).toBe('success');
      const slower = onPull(await project.openPull({ files: SLOWER }));
      const slow = await runBenchmarks(runners, project, { ...slower, with: TURNS });
      expect(slow.outcome, slow.log).toBe('failure');
      expect(slow.outputs.regressions, slow.log).toBe('1');
      expect(await readdir(slow.job.home)).toEqual([]);
    },
    { possible },
  );
}

const ODD = [
  'a b',
  'A B',
  'Größe 🚀',
  'line\n::error::end',
  '../../etc',
  'pipe | `x` <b>',
  'y'.repeat(300),
];

cell('odd-names', 'names are kept apart, and printed in one line', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  const run = (slow = '') =>
    runBenchmarks(runners, project, {
      ...onPush(project),
      with: {
        results: 'my results/*.json',
        format: 'json',
        suite: 'Größe a/b: c*?"<>|',
        metrics: '- {match: "*", better: lower, exact: true}',
        'fail-on': 'missing',
      },
      prepare: async ({ workspace }) => {
        const values = Object.fromEntries(ODD.map((name) => [name, name === slow ? 200 : 100]));
        await mkdir(join(workspace, 'my results'));
        await writeFile(join(workspace, 'my results', 'ü 1.json'), JSON.stringify(values));
      },
    });
  const first = await run();
  expect(first.outcome, first.log).toBe('success');
  for (const name of ['A B', 'line\n::error::end', 'y'.repeat(300)]) {
    const slow = await run(name);
    expect(slow.outcome, slow.log).toBe('failure');
    expect(slow.outputs.regressions).toBe('1');
    expect(slow.outputs.worst).toContain(name.slice(0, 3).replace('lin', 'line'));
    expect(slow.annotations.map(({ message }) => message)).not.toContain('end');
  }
  const good = await run();
  expect(good.outcome, good.log).toBe('success');
});

cell(
  'full-disk',
  'the history stays whole, and the run says that it was not recorded',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'full-'));
    const history = join(folder, 'perf');
    try {
      await using project = await startProject();
      const inputs = { results: 'new.txt', store: 'file', 'history-path': history };
      const job = { ...onPush(project), with: inputs };
      await using plain = await hostedRunners();
      for (let run = 1; run <= 3; run++) await runBenchmarks(plain, project, job);
      const before = await readFiles(history);
      expect(before).toHaveLength(3);
      // A page for each file.
      await using full = await hostedRunners(smallDisk(history, 3 * 4096));
      const result = await runBenchmarks(full, project, job);
      expect(result.outcome, result.log).toBe('failure');
      expect(result.log).toMatch(/ENOSPC|no space/i);
      expect(await readFiles(`${history}.after`)).toEqual(before);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  { possible },
);

async function readFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
}

cell('big', '2,000 pushes and 5,000 benchmarks fit into the summary and the comment', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  const big = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [`Case${index}`, 100]),
  );
  project.addHistory(pushes(2_000));
  const job = { ...onPull(await project.openPull()), fetchDepth: 0, measure: true, with: STRICT };
  const values = { ...big, ...SUITE, Parse: 3000 };
  const slow = await runBenchmarks(runners, project, { ...job, values });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.outputs.worst).toContain('Parse');
  expect(slow.summary).toContain('Parse');
  expect(project.github.state.comments[0]?.body.length).toBeLessThan(65_536);
  expect(slow.maxRssBytes).toBeLessThan(1024 ** 3);
  const good = await runBenchmarks(runners, project, {
    ...job,
    values: { ...big, ...SUITE },
  });
  expect(good.outcome, good.log).toBe('success');
});
