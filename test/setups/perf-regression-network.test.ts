import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { dnsDown, ipv6Only, noNetwork } from '@repo/testkit/setups/network';
import { type Preset, withContext } from '@repo/testkit/setups/preset';
import { hostedRunners } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { go } from '../e2e/perf/go-output.ts';
import { cell, isRootOnLinux } from './cell.ts';
import { type BenchmarkJob, onPull, onPush, runBenchmarks } from './perf/jobs.ts';
import { type Project, startProject } from './perf/project.ts';
import { pushes, SUITE } from './perf/values.ts';

const SLOW = { ...SUITE, Parse: 1500 };
const possible = isRootOnLinux;

/** A name that only a proxy resolves. */
const viaName = ({ apiUrl }: Project['github']): Preset =>
  withContext({ api_url: apiUrl.replace('127.0.0.1', 'github.example') });

/** A job that compares files with a baseline of the same job. */
function compareFiles(job: BenchmarkJob, api: Preset, values = SUITE): BenchmarkJob {
  return {
    ...job,
    event: (plan) => api(job.event(plan)),
    with: { results: 'changed.txt', baseline: 'old.txt', comment: 'always' },
    prepare: async ({ workspace }) => {
      await writeFile(join(workspace, 'old.txt'), go(SUITE));
      await writeFile(join(workspace, 'changed.txt'), go(values));
    },
  };
}

cell('proxied', 'the comment and the history go through the proxy', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  await using proxy = await startProxy({
    protocol: 'http',
    hosts: { 'github.example': '127.0.0.1' },
  });
  project.addHistory(pushes(12));
  const address = `http://127.0.0.1:${proxy.port}`;
  const env = { HTTP_PROXY: address, HTTPS_PROXY: address };
  const pull = onPull(await project.openPull());
  const slow = await runBenchmarks(runners, project, {
    ...pull,
    event: (plan) => viaName(project.github)(pull.event(plan)),
    env,
    values: { ...SUITE, Parse: 3000 },
    with: { results: 'new.txt', 'fail-on': 'warn' },
    prepare: ({ workspace }) => rm(join(workspace, '.git'), { recursive: true }),
  });
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.summary).toContain('12 runs of history');
  expect(project.github.state.comments).toHaveLength(1);
  expect(new Set(proxy.asked)).toEqual(
    new Set([`github.example:${new URL(project.github.apiUrl).port}`]),
  );
});

cell('proxied', 'a proxy that is down changes no verdict of files', async () => {
  await using project = await startProject();
  await using runners = await hostedRunners();
  const address = `http://127.0.0.1:${await closedPort()}`;
  const pull = onPull(await project.openPull());
  for (const [values, outcome] of [
    [SUITE, 'success'],
    [SLOW, 'failure'],
  ] as const) {
    const job = compareFiles(pull, viaName(project.github), values);
    const env = { HTTP_PROXY: address, HTTPS_PROXY: address };
    const result = await runBenchmarks(runners, project, { ...job, env });
    expect(result.outcome, result.log).toBe(outcome);
    expect(result.log).toContain('The comment could not be written');
  }
});

/** Compares files, and then with a history, on a runner that does not reach GitHub. */
async function judgeWithoutGitHub(preset: Preset) {
  await using project = await startProject();
  await using runners = await hostedRunners(preset);
  project.addHistory(pushes(12));
  const api = viaName(project.github);
  const pull = onPull(await project.openPull());
  const same = compareFiles(pull, api);
  const quiet = { ...same, with: { ...same.with, comment: 'never' } };
  const good = await runBenchmarks(runners, project, quiet);
  expect(good.outcome, good.log).toBe('success');
  const slow = await runBenchmarks(runners, project, compareFiles(pull, api, SLOW));
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.outputs.regressions).toBe('1');
  expect(slow.log).toContain('The comment could not be written');
  const push = onPush(project);
  const unjudged = await runBenchmarks(runners, project, {
    ...push,
    event: (plan) => api(push.event(plan)),
    prepare: ({ workspace }) => rm(join(workspace, '.git'), { recursive: true }),
  });
  expect(unjudged.outcome, unjudged.log).toBe('failure');
  expect(unjudged.log).toContain('github.example');
  expect(project.recorded()).toHaveLength(12);
  expect(project.github.calls.filter(({ operation }) => !operation.startsWith('POST'))).toEqual([]);
}

const ALONE = 'files are judged; a history that cannot be read is an error, not a pass';

cell('no-network', ALONE, () => judgeWithoutGitHub(noNetwork()), { possible });
cell('dns-down', ALONE, () => judgeWithoutGitHub(dnsDown()), { possible });
cell('ipv6-only', ALONE, () => judgeWithoutGitHub(ipv6Only()), { possible });
