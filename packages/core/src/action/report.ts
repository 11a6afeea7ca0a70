import { mkdir, open } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { ActionError } from '../errors/action-error.ts';
import type { Verdict } from './outcome.ts';
import type { RunInfo } from './run-info.ts';

/** The fields that the JSON reports of all actions share. */
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

/** The path for the report of `post`, which does not overwrite that of `run`: `out/a-post.json`. */
export function postReportFile(given: string): string {
  if (given === '') return '';
  const { dir, name, ext } = parse(given);
  return join(dir, `${name}-post${ext}`);
}

/**
 * The path of the report: the given path, relative to the workspace, or the first free name of
 * `<action>.json`, `<action>-2.json` … in the runner's temporary folder. Two steps of one job that use
 * the same action do not overwrite each other's report.
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
    throw new ActionError(`cannot write the report to ${temp}`, {
      remedy: 'Free disk space, or set report-file to a path that can be written.',
      cause,
    });
  }
}

/** Creates an empty file. Returns false if the file exists. */
async function claim(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
