import type { Log } from '@repo/core/action/log';
import { formatDuration } from '@repo/core/inputs/duration';
import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import type { Answer, VerifyCheck } from './check.ts';

/** What a check came to. */
export interface Verified {
  readonly title: string;
  readonly ok: boolean;
  /** What was seen last; may freeze text from outside. */
  readonly found: string;
  readonly attempts: number;
}

interface Ports {
  readonly clock: Clock;
  readonly log: Pick<Log, 'info'>;
  readonly signal: AbortSignal;
}

/** Longest look, ms. */
const TIMEOUT_MS = 10_000;
const RETRY = { baseMs: 100, maxMs: 2_000 };
const HEARTBEAT_MS = 5_000;

/**
 * Looks until every check was well, side by side, at most until the deadline. What was restored may
 * need its time to start, so that a failed look says nothing yet. Rejects only when it is aborted.
 */
export function verify(
  checks: readonly VerifyCheck[],
  deadlineMs: number,
  ports: Ports,
): Promise<readonly Verified[]> {
  const end = ports.clock.monotonic() + deadlineMs;
  return Promise.all(checks.map((check) => untilWell(check, end, ports)));
}

async function untilWell(
  { title, attempt }: VerifyCheck,
  end: number,
  { clock, log, signal }: Ports,
): Promise<Verified> {
  let told = clock.monotonic();
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted();
    const left = Math.max(1, end - clock.monotonic());
    const answer: Answer = await attempt({ timeoutMs: Math.min(TIMEOUT_MS, left), signal });
    signal.throwIfAborted();
    const now = clock.monotonic();
    const pause = backoffMs(attempts, RETRY);
    if (answer.ok || now + pause >= end) return { title, attempts, ...answer };
    if (now - told >= HEARTBEAT_MS) {
      log.info(`… ${title}: ${answer.found}; for ${formatDuration(end - now)} more`);
      told = now;
    }
    await clock.sleep(pause, signal);
  }
}
