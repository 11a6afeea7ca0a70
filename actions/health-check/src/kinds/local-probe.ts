import { resolve } from 'node:path';
import { DurationFact, type Facts } from '@repo/checks/facts';
import type { AttemptContext } from '@repo/checks/kinds/kind';
import {
  type Evidence,
  type Observation,
  unknownObservation,
} from '@repo/checks/kinds/observation';
import { formatDuration } from '@repo/core/inputs/duration';
import { plain } from '@repo/core/text/untrusted';
import { within } from '@repo/probe/limit';

/** What a look at this machine found. */
interface Found {
  readonly facts: Facts;
  /** How long it took, where that is not the time of the look as a whole, ms. */
  readonly ms?: number;
  readonly evidence?: () => readonly Evidence[];
  readonly findings?: () => readonly Evidence[];
}

type NotFound = Exclude<Observation, { state: 'answered' }>;

/**
 * One look at something on this machine, within the time of the attempt. What the system does not
 * let us see, or not in time (a network file system may hang for ever), is unknown.
 *
 * @param what the thing that is looked at, for reasons
 * @param look is told when nobody waits for it any more
 */
export async function probeLocally(
  what: string,
  { timeoutMs, signal }: AttemptContext,
  look: (signal: AbortSignal) => Promise<Found | NotFound>,
): Promise<readonly Observation[]> {
  const started = performance.now();
  const over = new AbortController();
  const settled = await within({ timeoutMs, signal }, (limit) =>
    limit.wait<Found | NotFound | { readonly error: unknown }>(
      (settle) => void look(over.signal).then(settle, (error: unknown) => settle({ error })),
      (end) => {
        over.abort();
        return unknownObservation(
          end === 'timeout'
            ? `${what} could not be looked at within ${formatDuration(timeoutMs)}`
            : 'cancelled',
        );
      },
    ),
  );
  if ('error' in settled) return [unknownObservation(systemReason(what, settled.error))];
  if ('state' in settled) return [settled];
  const { facts, ms: total = performance.now() - started, evidence, findings } = settled;
  return [
    {
      state: 'answered',
      phases: { total },
      facts: { ...facts, latency: new DurationFact(total) },
      ...(evidence && { evidence }),
      ...(findings && { findings }),
    },
  ];
}

/** A path of a configuration, as people see it and as the system does. */
export function resolvePath(workspace: string, given: string): string {
  return resolve(workspace, given);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a folder',
};

/** Why the system does not let us see something; rethrows what is no error of the system. */
function systemReason(what: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
  return `${what} ${REASONS[code] ?? `cannot be read: ${plain(error.message)}`} (${code})`;
}
