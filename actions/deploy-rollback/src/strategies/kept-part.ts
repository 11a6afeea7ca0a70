import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import type { Preflight, SnapshotPart, Target } from './strategy.ts';

/** What a strategy kept, held to its schema. @throws ActionError where there is none that fits */
export function keptPart<Part>(
  { kept }: Pick<Target, 'kept'>,
  schema: v.GenericSchema<unknown, Part>,
): { readonly folder: string; readonly takenMs: number; readonly part: Part } {
  if (kept === undefined) {
    throw new ActionError('there is no snapshot of it', {
      remedy: 'Run mode: snapshot before each deploy, on a runner that keeps state-dir.',
    });
  }
  return { ...kept, part: readPart(kept, schema) };
}

function readPart<Part>({ part }: SnapshotPart, schema: v.GenericSchema<unknown, Part>): Part {
  const read = v.safeParse(schema, part);
  if (read.success) return read.output;
  throw new ActionError('what the snapshot says of it cannot be understood', {
    remedy: 'Somebody changed the snapshot, or another version took it: remove it.',
  });
}

/** What a look before the change came to; what it throws makes it impossible, unless it is a bug. */
export async function preflightOf(
  look: () => Promise<Omit<Extract<Preflight, { kind: 'ready' }>, 'kind'>>,
): Promise<Preflight> {
  try {
    return { kind: 'ready', ...(await look()) };
  } catch (error) {
    if (error instanceof ActionError) {
      return { kind: 'impossible', problem: describeError(error), remedy: error.remedy };
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
    const remedy = 'Look into the system: it does not let us look or write there.';
    return { kind: 'impossible', problem: plain(message), remedy };
  }
}
