import { copyFile, glob, mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import type { Exec } from '@repo/core/process/exec';
import { plainLines } from '@repo/core/text/untrusted';
import type { ResultGlob } from '../result-glob.ts';

/** Output of a command that is kept: it may be the result. */
const MOST_BYTES = 64 * 1024 * 1024;

/** One of the two that are measured. */
export interface Side {
  readonly name: 'base' | 'head';
  /** Where its commands run. */
  readonly folder: string;
  /** Result files, kept run by run. */
  readonly files: string[];
}

export interface Commands {
  readonly exec: Exec;
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  readonly left: () => number;
}

/** Runs a line of shell in the folder of a side. Throws where it fails or the budget ends. */
export async function runShell(
  command: string,
  side: Side,
  { exec, signal, left }: Commands,
): Promise<{ readonly ended: boolean; readonly stdout: string }> {
  const result = await exec({
    argv: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', command],
    cwd: side.folder,
    timeoutMs: Math.max(1, left()),
    signal,
    maxBytes: MOST_BYTES,
  });
  signal.throwIfAborted();
  if (result.state === 'timeout') return { ended: false, stdout: '' };
  if (result.state === 'exited' && result.exitCode === 0) {
    return { ended: true, stdout: result.stdout };
  }
  const why =
    result.state === 'not-started'
      ? result.reason
      : `${result.state === 'exited' ? `exit code ${result.exitCode}` : result.state}: ${plainLines(
          result.stderr || result.stdout,
          200,
        )
          .slice(-5)
          .join(' / ')}`;
  throw new ActionError(`the command failed on the ${side.name}`, {
    remedy: 'Run it by hand on that commit; prepare may have to build or install something first.',
    cause: new Error(why),
  });
}

/**
 * Keeps the results of a run: the files that it wrote, or what it printed where no files are named.
 *
 * @param since ms since the epoch: older files are of another run
 */
export async function keepResults(
  side: Side,
  globs: readonly ResultGlob[],
  stdout: string,
  since: number,
  into: string,
): Promise<void> {
  await mkdir(into, { recursive: true });
  if (globs.length === 0) {
    const path = join(into, 'output.txt');
    await writeFile(path, stdout);
    side.files.push(path);
    return;
  }
  const kept: string[] = [];
  for (const { glob: pattern } of globs) {
    for await (const name of glob(pattern, { cwd: side.folder })) {
      const path = resolve(side.folder, name);
      const { mtimeMs } = await stat(path);
      // File systems keep time in steps.
      if (mtimeMs < since - 2_000) continue;
      const copy = join(into, `${kept.length}-${basename(path)}`);
      await copyFile(path, copy);
      kept.push(copy);
    }
  }
  if (kept.length === 0) {
    throw new ActionError(`the command wrote no results on the ${side.name}`, {
      remedy:
        'Check results, seen from the root of the checkout; without results, what the command prints is read.',
    });
  }
  side.files.push(...kept);
}
