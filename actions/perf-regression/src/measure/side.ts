import { copyFile, glob, mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { Exec, Execution } from '@repo/core/process/exec';
import { plainLines } from '@repo/core/text/untrusted';
import type { ResultGlob } from '../input-parsers.ts';

/** The output of a command may be its results. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** One of the two checkouts that are measured. */
export interface Side {
  readonly name: 'base' | 'head';
  /** Working directory of its commands. */
  readonly folder: string;
  /** Copies of the result files of all rounds. */
  readonly files: string[];
}

export interface ShellOptions {
  readonly exec: Exec;
  readonly signal: AbortSignal;
  /** What is left of the budget. */
  readonly remainingMs: () => number;
}

/**
 * Runs a shell command in the folder of a side. `ended` is `false` if the budget ended first.
 *
 * @throws {ActionError} if the command fails
 */
export async function runShell(
  command: string,
  side: Side,
  { exec, signal, remainingMs }: ShellOptions,
): Promise<{ readonly ended: boolean; readonly stdout: string }> {
  const result = await exec({
    argv: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', command],
    cwd: side.folder,
    timeoutMs: Math.max(1, remainingMs()),
    signal,
    maxBytes: MAX_OUTPUT_BYTES,
  });
  signal.throwIfAborted();
  if (result.state === 'timeout') return { ended: false, stdout: '' };
  if (result.state === 'exited' && result.exitCode === 0) {
    return { ended: true, stdout: result.stdout };
  }
  throw new ActionError(`the command failed on the ${side.name}`, {
    remedy:
      'Run the command by hand on that commit. Does it need a build or an install in prepare?',
    cause: new Error(describeFailure(result)),
  });
}

function describeFailure(result: Execution): string {
  if (result.state === 'not-started') return result.reason;
  const state = result.state === 'exited' ? `exit code ${result.exitCode}` : result.state;
  const output = result.stderr || result.stdout;
  if (output.trim() === '') return `${state}, no output`;
  return `${state}: ${plainLines(output, 200).slice(-5).join(' / ')}`;
}

/**
 * Copies the results of a run: the files that match `results`, or the output without `results`.
 *
 * @param startedAt milliseconds since the epoch; older files belong to an earlier run
 * @param target folder for the copies
 */
export async function keepResults(
  side: Side,
  globs: readonly ResultGlob[],
  stdout: string,
  startedAt: number,
  target: string,
): Promise<void> {
  await mkdir(target, { recursive: true });
  if (globs.length === 0) {
    const path = join(target, 'output.txt');
    await writeFile(path, stdout);
    side.files.push(path);
    return;
  }
  const copies: string[] = [];
  for (const { glob: pattern } of globs) {
    for await (const name of glob(pattern, { cwd: side.folder })) {
      const path = resolve(side.folder, name);
      const { mtimeMs } = await stat(path);
      // Some file systems store times with a resolution of 2 s.
      if (mtimeMs < startedAt - 2_000) continue;
      const copy = join(target, `${copies.length}-${basename(path)}`);
      await copyFile(path, copy);
      copies.push(copy);
    }
  }
  if (copies.length === 0) {
    throw new ActionError(`the command wrote no results on the ${side.name}`, {
      remedy:
        'Check that results is relative to the checkout. Without results, the output of the command is read.',
    });
  }
  side.files.push(...copies);
}
