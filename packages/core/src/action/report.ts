import { mkdir, open } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { ActionError } from '../errors/action-error.ts';
import type { Verdict } from './outcome.ts';
import type { RunInfo } from './run-info.ts';

/** The envelope that the JSON reports of all actions share. */
export interface Report {
  /** `<action>/v1`. */
  readonly schema: string;
  readonly action: string;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly verdict: Verdict;
  readonly message: string;
  readonly run: RunInfo;
  readonly result: unknown;
}

/** Where the report of `post` goes, so that it leaves that of `run` alone: `out/a-post.json`. */
export function postReportFile(given: string): string {
  if (given === '') return '';
  const { dir, name, ext } = parse(given);
  return join(dir, `${name}-post${ext}`);
}

/**
 * Where the report goes: the path that the user gave, seen from the workspace, or the first free
 * one of `<action>.json`, `<action>-2.json` … in the runner's temporary folder, so that two uses
 * in one job do not overwrite each other.
 */
export async function reportPath(
  given: string,
  action: string,
  { workspace, temp }: { workspace: string; temp: string },
): Promise<string> {
  if (given !== '') return resolve(workspace, given);
  try {
    await mkdir(temp, { recursive: true });
    for (let count = 1; ; count++) {
      const path = join(temp, count === 1 ? `${action}.json` : `${action}-${count}.json`);
      if (await claim(path)) return path;
    }
  } catch (cause) {
    throw new ActionError(`cannot write the report into ${temp}`, {
      remedy: 'Make room on the disk, or give report-file a path that can be written.',
      cause,
    });
  }
}

/** Makes an empty file, unless there is one already. */
async function claim(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
