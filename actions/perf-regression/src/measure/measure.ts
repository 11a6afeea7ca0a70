import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { traceExec } from '@repo/core/action/trace-exec';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { removeTree } from '@repo/core/files/remove-tree';
import { formatDuration } from '@repo/core/inputs/duration';
import { exec } from '@repo/core/process/exec';
import { createGit } from '@repo/git/git';
import type { ComparisonResult } from '../compare/compare.ts';
import { findExceededThreshold } from '../compare/limits.ts';
import type { MetricResult } from '../compare/metric-result.ts';
import type { Settings } from '../compare/settings.ts';
import { type Comparison, compareSides } from '../compare/sides.ts';
import type { Context } from '../context.ts';
import { readResults } from '../formats/read-results.ts';
import type { Inputs } from '../inputs.ts';
import type { ReadResult } from '../measurement.ts';
import { keepResults, runShell, type ShellOptions, type Side } from './side.ts';

/** Rounds with `rounds: auto`. */
const MAX_ROUNDS = 30;

/**
 * Measures the base and the workspace on this machine, in turns (A B, B A, A B, …), until every
 * benchmark is decided, all rounds are done, or the budget is used up. The base is checked out into a
 * temporary worktree.
 */
export async function measure(
  baseCommit: string,
  settings: Settings,
  context: Context,
): Promise<ComparisonResult> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-base-'));
  const { workspace } = context.action;
  let measured: ComparisonResult;
  try {
    measured = await measureRounds(baseCommit, settings, folder, context);
  } catch (error) {
    await removeBase(folder, workspace);
    throw error;
  }
  const warning = await removeBase(folder, workspace);
  if (warning === undefined) return measured;
  const { results } = measured;
  return { ...measured, results: { ...results, warnings: [...results.warnings, warning] } };
}

/** @returns a warning if the checkout of the base remains: the results are valid nevertheless */
async function removeBase(folder: string, workspace: string): Promise<string | undefined> {
  try {
    // A cancelled run must clean up too, so this does not use its signal.
    const git = createGit({ cwd: workspace, exec, signal: AbortSignal.timeout(5_000) });
    await git.query(['worktree', 'remove', '--force', join(folder, 'base')]);
    await removeTree(folder);
    return undefined;
  } catch (error) {
    return `cannot remove ${folder}: ${describeError(error)}`;
  }
}

async function measureRounds(
  baseCommit: string,
  settings: Settings,
  folder: string,
  { inputs, action, git }: Context,
): Promise<ComparisonResult> {
  const { workspace, clock, signal, log } = action;
  const startMs = clock.monotonic();
  const elapsedMs = () => clock.monotonic() - startMs;
  const shell: ShellOptions = {
    exec: traceExec(exec, log.debug),
    signal,
    remainingMs: () => inputs.budget - elapsedMs(),
  };
  const base: Side = { name: 'base', folder: join(folder, 'base'), files: [] };
  const head: Side = { name: 'head', folder: workspace, files: [] };
  const shortSha = baseCommit.slice(0, 12);
  const budget = formatDuration(inputs.budget);
  log.info(`Measuring ${shortSha} and the workspace in turns, for at most ${budget}`);
  await git.run(['worktree', 'add', '--quiet', '--detach', base.folder, baseCommit]);
  if (inputs.prepare !== '') {
    for (const side of [base, head]) {
      if (!(await runShell(inputs.prepare, side, shell)).ended) throw outOfBudget('prepare');
    }
  }
  const maxRounds = inputs.rounds === 'auto' ? MAX_ROUNDS : inputs.rounds;
  const minRounds = Math.min(maxRounds, settings.minSamples);
  let latest: (Comparison & { readonly results: ReadResult }) | undefined;
  let rounds = 0;
  while (rounds < maxRounds) {
    const done = await runRound(rounds, base, head, inputs, shell, clock.now, folder);
    if (!done) break;
    rounds++;
    log.info(`Round ${rounds} of at most ${maxRounds} done, ${formatDuration(elapsedMs())}`);
    const tooFew = rounds < minRounds;
    // The first round is read at once, so that a command without results fails early.
    if (tooFew && rounds > 1) continue;
    const [before, results] = await Promise.all(
      [base, head].map((side) => readResults(side.files, inputs.format)),
    );
    if (before === undefined || results === undefined) break;
    if (tooFew) continue;
    latest = { results, ...compareSides(before, results, settings) };
    if (inputs.rounds === 'auto' && latest.rows.every((row) => isDecided(row, settings))) break;
  }
  if (latest === undefined) throw outOfBudget(`${minRounds} rounds`);
  const elapsed = formatDuration(elapsedMs());
  const against = `${shortSha} on the same machine, in ${rounds} alternating rounds, ${elapsed}`;
  log.info(`Measured against ${against}`);
  return { ...latest, against };
}

/** Measures each side once, in alternating order; `false` if the budget ended before. */
async function runRound(
  round: number,
  base: Side,
  head: Side,
  { command, results }: Inputs,
  shell: ShellOptions,
  now: () => number,
  folder: string,
): Promise<boolean> {
  const before = [base.files.length, head.files.length] as const;
  for (const side of round % 2 === 0 ? [base, head] : [head, base]) {
    const startedAt = now();
    const result =
      shell.remainingMs() > 0 ? await runShell(command, side, shell) : { ended: false };
    if (!result.ended || !('stdout' in result)) {
      // Half a round is dropped, because it was measured on one side only.
      base.files.length = before[0];
      head.files.length = before[1];
      return false;
    }
    const target = join(folder, `${side.name}-${round}`);
    await keepResults(side, results, result.stdout, startedAt, target);
  }
  return true;
}

/**
 * Whether more samples would probably not change the result. They might while it is unknown, or while
 * the far end of the interval exceeds a threshold that the estimate does not exceed.
 */
function isDecided(row: MetricResult, { policyFor }: Settings): boolean {
  if (row.state === 'unknown') return false;
  if (row.method !== 'two-sample' || (row.state !== 'unchanged' && row.state !== 'warn')) {
    return true;
  }
  const { better, before = 0, low, high } = row;
  if ((better !== 'lower' && better !== 'higher') || low === undefined || high === undefined) {
    return false;
  }
  const { warn, fail } = policyFor(row);
  const far = before * (better === 'higher' ? low : high);
  const limits = { better, ...(warn && { warn }), ...(fail && { fail }) };
  const exceeded = findExceededThreshold(limits, before, far);
  return row.state === 'warn' ? exceeded !== 'fail' : exceeded === undefined;
}

function outOfBudget(step: string): ActionError {
  return new ActionError(`the budget ended before ${step} finished`, {
    remedy:
      'Increase budget, or make command shorter: several short runs are better than a long one.',
  });
}
