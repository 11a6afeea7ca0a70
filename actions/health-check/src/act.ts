import type { Network } from '@repo/checks/kinds/kind';
import { limitDebug } from '@repo/core/action/log';
import { type Check, type CheckResult, isHealthy, STATUS_SIGNS } from './check.ts';
import { createBlockedResult } from './check-result.ts';
import { type CheckContext, runCheck } from './run-check.ts';

/** Interval of the log lines about unfinished checks. */
const HEARTBEAT_MS = 10_000;
/** Names in such a line. */
const MAX_NAMES = 5;

/** With more checks, the log has no lines for healthy checks. */
const MAX_HEALTHY_LINES = 100;

/** Runs all checks concurrently; a check waits for the checks that it needs. */
export async function act(
  checks: readonly Check[],
  network: Network,
  context: CheckContext,
): Promise<readonly CheckResult[]> {
  const pending = new Set(checks.map(({ name }) => name));
  const debug = limitDebug(context.log.debug, 'attempts');
  const limited = { ...context, log: { ...context.log, debug } };
  const over = new AbortController();
  const heartbeat = logProgress(pending, checks.length, context, over.signal);
  try {
    const results = new Map<string, Promise<CheckResult>>();
    const started = Promise.resolve();
    for (const check of checks) {
      const run = async (): Promise<CheckResult> => {
        // The map must contain all checks before one of them looks up its needs.
        await started;
        const needed = await Promise.all(check.needs.map((name) => results.get(name)));
        const blocker = needed.find((one) => one !== undefined && !isHealthy(one));
        const result =
          blocker === undefined
            ? await runCheck(check, network, limited)
            : createBlockedResult(check, blocker);
        pending.delete(check.name);
        if (result.status !== 'healthy' || checks.length <= MAX_HEALTHY_LINES) {
          const { name, status, reason } = result;
          context.log.info(`${STATUS_SIGNS[status]} ${name}: ${status}, ${reason}`);
        }
        return result;
      };
      results.set(check.name, run());
    }
    return await Promise.all(results.values());
  } finally {
    over.abort();
    await heartbeat;
  }
}

async function logProgress(
  pending: ReadonlySet<string>,
  total: number,
  { clock, log }: CheckContext,
  over: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, over);
      const names = [...pending].slice(0, MAX_NAMES).join(', ');
      const more = pending.size > MAX_NAMES ? ` and ${pending.size - MAX_NAMES} more` : '';
      log.info(`… ${total - pending.size} of ${total} finished, waiting for ${names}${more}`);
    }
  } catch {
    // Only the abort ends the loop.
  }
}
