import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import { ActionError } from '@repo/core/errors/action-error';
import { removeTree } from '@repo/core/files/remove-tree';
import { formatDuration } from '@repo/core/inputs/duration';
import { exec } from '@repo/core/process/exec';
import { createGit } from '@repo/git/git';
import type { Settings } from '../compare/settings.ts';
import { type Comparison, compareSides } from '../compare/sides.ts';
import type { TriggerEvent } from '../event.ts';
import { readResults } from '../formats/read-results.ts';
import type { Inputs } from '../inputs.ts';
import type { ReadResult } from '../measurement.ts';
import { baseCommit } from './base-commit.ts';
import { isDecided } from './decided.ts';
import { type Commands, keepResults, runShell, type Side } from './side.ts';

/** Rounds after which `auto` gives up deciding. */
const MOST_ROUNDS = 30;

/** What was measured of both sides, and how it compares. */
export interface Measured extends Comparison {
  readonly results: ReadResult;
  /** `abc123 in 7 rounds, 1m 20s`. */
  readonly against: string;
}

/**
 * Measures the base and the head on this machine, in turns (A B, B A, A B, …), until every benchmark
 * is decided, the rounds are over, or the budget ends. The base is checked out beside the workspace;
 * the head is the workspace itself.
 */
export async function measure(
  inputs: Inputs,
  settings: Settings,
  event: TriggerEvent,
  { workspace, clock, signal, log, run }: ActionContext,
): Promise<Measured> {
  const git = createGit({ cwd: workspace, exec, signal });
  const sha = await baseCommit(git, inputs.baselineRef, {
    isPullMerge: /^refs\/pull\/\d+\/merge$/.test(run.ref),
    defaultBranch: event.defaultBranch,
  });
  const start = clock.monotonic();
  const elapsed = () => clock.monotonic() - start;
  const commands: Commands = { exec, signal, left: () => inputs.budget - elapsed() };
  const folder = await mkdtemp(join(tmpdir(), 'perf-base-'));
  const base: Side = { name: 'base', folder: join(folder, 'base'), files: [] };
  const head: Side = { name: 'head', folder: workspace, files: [] };
  try {
    log.info(
      `Measuring ${sha.slice(0, 12)} and the workspace in turns, for at most ${formatDuration(inputs.budget)}`,
    );
    await git.run(['worktree', 'add', '--quiet', '--detach', base.folder, sha]);
    if (inputs.prepare !== '') {
      for (const side of [base, head]) {
        if (!(await runShell(inputs.prepare, side, commands)).ended) throw outOfTime('prepare');
      }
    }
    const most = inputs.rounds === 'auto' ? MOST_ROUNDS : inputs.rounds;
    let latest: Pick<Measured, 'results' | 'rows' | 'shift'> | undefined;
    let rounds = 0;
    while (rounds < most) {
      const done = await oneRound(rounds, base, head, inputs, commands, clock.now, folder);
      if (!done) break;
      rounds++;
      log.info(`… round ${rounds} of at most ${most} done, ${formatDuration(elapsed())}`);
      const tooFew = rounds < Math.min(most, settings.minSamples);
      // The first round is read at once: a command that prints nothing is not run again and again.
      if (tooFew && rounds > 1) continue;
      const [before, results] = await Promise.all(
        [base, head].map((side) => readResults(side.files, inputs.format)),
      );
      if (before === undefined || results === undefined) break;
      if (tooFew) continue;
      latest = { results, ...compareSides(before, results, settings) };
      if (inputs.rounds === 'auto' && latest.rows.every((row) => isDecided(row, settings))) break;
    }
    if (latest === undefined) throw outOfTime(`${Math.min(most, settings.minSamples)} rounds`);
    const against = `${sha.slice(0, 12)} on the same machine, in ${rounds} rounds of turns, ${formatDuration(elapsed())}`;
    log.info(`Measured against ${against}`);
    return { ...latest, against };
  } finally {
    // An aborted run must clean up all the same.
    const cleaning = createGit({ cwd: workspace, exec, signal: AbortSignal.timeout(5_000) });
    await cleaning.query(['worktree', 'remove', '--force', base.folder]);
    await removeTree(folder);
  }
}

/** Both sides once, the other one first each time; false where the budget ended before. */
async function oneRound(
  round: number,
  base: Side,
  head: Side,
  { command, results }: Inputs,
  commands: Commands,
  now: () => number,
  folder: string,
): Promise<boolean> {
  const before = [base.files.length, head.files.length] as const;
  for (const side of round % 2 === 0 ? [base, head] : [head, base]) {
    const since = now();
    const ran = commands.left() > 0 ? await runShell(command, side, commands) : { ended: false };
    if (!ran.ended || !('stdout' in ran)) {
      // Half a round would compare one side's luck.
      base.files.length = before[0];
      head.files.length = before[1];
      return false;
    }
    await keepResults(side, results, ran.stdout, since, join(folder, `${side.name}-${round}`));
  }
  return true;
}

function outOfTime(what: string): ActionError {
  return new ActionError(`the budget was over before ${what} could end`, {
    remedy:
      'Give a longer budget, or make the command shorter: several short runs tell more than a long one.',
  });
}
