import type { Network } from '@repo/checks/kinds/kind';
import { slots } from '@repo/core/process/slots';
import type { Check, CheckResult } from './check.ts';
import { carryOut, type Ports } from './run-check.ts';
import { isWell, notBegun, SIGNS } from './verdict.ts';

/** A line about what is still waited for, at least this often, ms. */
const HEARTBEAT_MS = 10_000;
/** Names of waiting checks that such a line has. */
const MOST_NAMES = 5;

/** With more checks than this, those that are healthy get no line of their own. */
const MOST_LINES = 100;

/** Carries out all checks side by side, at most `concurrency` attempts at a time. */
export async function act(
  checks: readonly Check[],
  network: Network,
  concurrency: number,
  ports: Ports,
): Promise<readonly CheckResult[]> {
  const bounded = slots(concurrency);
  const waiting = new Set(checks.map(({ name }) => name));
  const over = new AbortController();
  const beats = heartbeat(waiting, checks.length, ports, over.signal);
  try {
    const results = new Map<string, Promise<CheckResult>>();
    const begun = Promise.resolve();
    for (const check of checks) {
      const carriedOut = async (): Promise<CheckResult> => {
        // Until all are in the map, no check may look for those that it needs.
        await begun;
        const needed = await Promise.all(check.needs.map((name) => results.get(name)));
        const missing = needed.find((one) => one !== undefined && !isWell(one));
        const result =
          missing === undefined
            ? await carryOut(check, network, bounded, ports)
            : notBegun(check, missing);
        waiting.delete(check.name);
        if (result.status !== 'healthy' || checks.length <= MOST_LINES) {
          ports.log.info(
            `${SIGNS[result.status]} ${result.name}: ${result.status}, ${result.reason}`,
          );
        }
        return result;
      };
      results.set(check.name, carriedOut());
    }
    return await Promise.all(results.values());
  } finally {
    over.abort();
    await beats;
  }
}

async function heartbeat(
  waiting: ReadonlySet<string>,
  total: number,
  { clock, log }: Ports,
  over: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(HEARTBEAT_MS, over);
      const names = [...waiting].slice(0, MOST_NAMES).join(', ');
      const more = waiting.size > MOST_NAMES ? ` and ${waiting.size - MOST_NAMES} more` : '';
      log.info(`… ${total - waiting.size} of ${total} settled, waiting for ${names}${more}`);
    }
  } catch {
    // Only the abort ends it.
  }
}
