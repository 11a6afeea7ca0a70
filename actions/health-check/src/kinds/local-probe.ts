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

/** The result of a successful probe. */
interface Found {
  readonly facts: Facts;
  /** The latency, if it is not the duration of the whole probe. */
  readonly ms?: number;
  readonly evidence?: () => readonly Evidence[];
  readonly findings?: () => readonly Evidence[];
}

type NotFound = Exclude<Observation, { state: 'answered' }>;

/**
 * Probes something on this machine, within the timeout of the attempt. A system error or a timeout
 * (for example of a network file system) is unknown.
 *
 * @param subject the probed object, for reasons
 * @param probe its signal aborts at the timeout
 */
export async function probeLocally(
  subject: string,
  { timeoutMs, signal }: AttemptContext,
  probe: (signal: AbortSignal) => Promise<Found | NotFound>,
): Promise<readonly Observation[]> {
  const started = performance.now();
  const over = new AbortController();
  const settled = await within({ timeoutMs, signal }, (limit) =>
    limit.wait<Found | NotFound | { readonly error: unknown }>(
      (settle) => void probe(over.signal).then(settle, (error: unknown) => settle({ error })),
      (end) => {
        over.abort();
        return unknownObservation(
          end === 'timeout'
            ? `${subject} did not respond within ${formatDuration(timeoutMs)}`
            : 'cancelled',
        );
      },
    ),
  );
  if ('error' in settled) return [unknownObservation(describeSystemError(subject, settled.error))];
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

/** The absolute path of a path in a configuration. */
export function resolvePath(workspace: string, given: string): string {
  return resolve(workspace, given);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'is not readable for this user',
  EPERM: 'is not readable for this user',
  EISDIR: 'is a folder',
};

/** Rethrows errors that do not come from the system. */
function describeSystemError(subject: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
  return `${subject} ${REASONS[code] ?? `cannot be read: ${plain(error.message)}`} (${code})`;
}
