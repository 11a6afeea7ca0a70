import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import type { Preflight, SnapshotPart, Target } from './strategy.ts';

/** Reads the part of a strategy. @throws ActionError if the part is missing or invalid */
export function readSnapshotPart<Part>(
  { snapshot }: Pick<Target, 'snapshot'>,
  schema: v.GenericSchema<unknown, Part>,
): { readonly folder: string; readonly takenMs: number; readonly part: Part } {
  if (snapshot === undefined) {
    throw new ActionError('no snapshot of this part exists', {
      remedy: 'Run mode: snapshot before each deploy, on a runner that keeps state-dir.',
    });
  }
  return { ...snapshot, part: parsePart(snapshot, schema) };
}

function parsePart<Part>({ part }: SnapshotPart, schema: v.GenericSchema<unknown, Part>): Part {
  const read = v.safeParse(schema, part);
  if (read.success) return read.output;
  throw new ActionError('the manifest of the snapshot is invalid', {
    remedy: 'It was changed, or another version of the action wrote it. Remove the snapshot.',
  });
}

/** Runs the checks of a preflight. An ActionError or a system error makes the restore impossible. */
export async function runPreflight(
  work: () => Promise<Omit<Extract<Preflight, { kind: 'ready' }>, 'kind'>>,
): Promise<Preflight> {
  try {
    return { kind: 'ready', ...(await work()) };
  } catch (error) {
    if (error instanceof ActionError) {
      return { kind: 'impossible', problem: describeError(error), remedy: error.remedy };
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
    const remedy = 'Check the disk and the permissions of the runner.';
    return { kind: 'impossible', problem: plain(message), remedy };
  }
}
