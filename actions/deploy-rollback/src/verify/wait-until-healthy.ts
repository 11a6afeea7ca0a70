import type { Log } from '@repo/core/action/log';
import { type FindProxy, readProxies } from '@repo/core/action/proxies';
import { formatDuration } from '@repo/core/inputs/duration';
import { backoffMs } from '@repo/core/process/backoff';
import type { Clock } from '@repo/core/process/clock';
import type { VerifyCheck } from './verify-check.ts';

export interface CheckResult {
  readonly title: string;
  readonly ok: boolean;
  /** What the last attempt found; can contain untrusted text. */
  readonly found: string;
  readonly attempts: number;
}

interface Ports {
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'debug'>;
  readonly signal: AbortSignal;
  readonly variable: (name: string) => string;
}

const ATTEMPT_TIMEOUT_MS = 10_000;
const RETRY = { baseMs: 100, maxMs: 2_000 };
const HEARTBEAT_MS = 5_000;

/**
 * Repeats the checks in parallel until each is healthy, at most until the deadline: a restored
 * release needs time to start. Rejects only when it is aborted.
 */
export function waitUntilHealthy(
  checks: readonly VerifyCheck[],
  deadlineMs: number,
  ports: Ports,
): Promise<readonly CheckResult[]> {
  const endMs = ports.clock.monotonic() + deadlineMs;
  const proxies = readProxies(ports.variable);
  return Promise.all(checks.map((check) => repeat(check, endMs, ports, proxies?.find)));
}

async function repeat(
  { title, attempt }: VerifyCheck,
  endMs: number,
  { clock, log, signal }: Ports,
  findProxy: FindProxy | undefined,
): Promise<CheckResult> {
  let loggedMs = clock.monotonic();
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted();
    const remainingMs = Math.max(1, endMs - clock.monotonic());
    const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, remainingMs);
    const { ok, found } = await attempt({
      timeoutMs,
      signal,
      debug: log.debug,
      ...(findProxy && { findProxy }),
    });
    signal.throwIfAborted();
    log.debug(() => `${title}: attempt ${attempts} ${ok ? 'passed' : 'failed'}: ${found}`);
    const nowMs = clock.monotonic();
    const pauseMs = backoffMs(attempts, RETRY);
    if (ok || nowMs + pauseMs >= endMs) return { title, ok, found, attempts };
    if (nowMs - loggedMs >= HEARTBEAT_MS) {
      log.info(`… ${title}: ${found}; retrying for ${formatDuration(endMs - nowMs)}`);
      loggedMs = nowMs;
    }
    await clock.sleep(pauseMs, signal);
  }
}
