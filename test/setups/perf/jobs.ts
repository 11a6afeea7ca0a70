import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from '@repo/testkit/git/run-git';
import type { RunActionOptions, RunResult } from '@repo/testkit/runner/run-action';
import { checkout } from '@repo/testkit/setups/checkout';
import { type PullRequest, pullRequest, push } from '@repo/testkit/setups/events';
import { type Preset, planJob } from '@repo/testkit/setups/preset';
import type { Job, Runners } from '@repo/testkit/setups/runners';
import { go } from '../../e2e/perf/go-output.ts';
import { action, type Project } from './project.ts';
import { measured, SUITE, type Values } from './values.ts';

export interface BenchmarkJob
  extends Pick<RunActionOptions, 'env' | 'cancel' | 'timeoutMs' | 'measure'> {
  /** What started the run. */
  readonly event: Preset;
  /** The ref or SHA that is checked out. */
  readonly ref: string;
  /** 100 by default, as in the README. */
  readonly fetchDepth?: number;
  /** What the benchmarks measure; `new.txt` has one value of each. */
  readonly values?: Values;
  readonly with?: Readonly<Record<string, string>>;
  /** Changes the machine after the checkout. */
  readonly prepare?: (job: Job) => Promise<void> | void;
}

let runs = 1_000;

/** A job with a checkout, the benchmarks, and the action. */
export async function runBenchmarks(
  runners: Runners,
  { repository, github }: Project,
  { event, ref, fetchDepth = 100, values = SUITE, prepare, ...step }: BenchmarkJob,
): Promise<RunResult & { readonly job: Job }> {
  const run = ++runs;
  const { github: context } = planJob([event]);
  const job = await runners.startJob({ run_id: String(run), ...github.context, ...context });
  const { token: _, ...known } = github.context;
  checkout(repository, job.workspace, { ref, fetchDepth });
  await writeFile(join(job.workspace, 'new.txt'), go(measured(values, run), 1));
  await prepare?.(job);
  const result = await job.run({
    action,
    with: { results: 'new.txt' },
    github: { ...known, ...context },
    ...step,
  });
  return { ...result, job };
}

/** A push to main that has this commit, or the latest one. */
export function onPush(
  { repository, github }: Project,
  sha = runGit(repository.remote, ['rev-parse', 'main']),
): Pick<BenchmarkJob, 'event' | 'ref'> {
  return { event: push(sha, String(github.context.repository)), ref: sha };
}

/** A run for a pull request; GitHub checks out its merge with the base. */
export function onPull(pull: PullRequest): Pick<BenchmarkJob, 'event' | 'ref'> {
  return { event: pullRequest(pull), ref: `refs/pull/${pull.number}/merge` };
}
