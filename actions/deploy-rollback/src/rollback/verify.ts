import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import type { Journal } from '../journal/journal.ts';
import type { Attempt } from '../journal/progress.ts';
import { shortSha } from '../revision.ts';
import type { Strategy, Target } from '../strategies/strategy.ts';
import { toTarget } from './preflight.ts';

/** Checks that the restored release runs and is healthy, and records the results. */
export async function verify(
  context: Context,
  journal: Journal,
  { plan, round }: Attempt,
  targets: ReadonlyMap<Strategy, Target>,
): Promise<void> {
  const { log } = context.ports;
  log.info(`Verifying ${shortSha(plan.revision)} …`);
  const { createHealthChecks, createIdentityChecks } = await import('../verify/create-checks.ts');
  const { waitUntilHealthy } = await import('../verify/wait-until-healthy.ts');
  const target = toTarget({ revision: plan.revision, entry: undefined }, journal.started);
  const checks = [...createIdentityChecks(context, targets)];
  // The state from before the rollback was not healthy: only its identity can be verified.
  if (plan.purpose !== 'restore') checks.push(...(await createHealthChecks(context, target)));
  const results = await waitUntilHealthy(checks, context.inputs.verifyDeadline, context.ports);
  for (const { title, ok, found } of results) log.info(`${ok ? '✅' : '❌'} ${title}: ${found}`);
  journal.write({
    event: 'verified',
    attempt: plan.attempt,
    round,
    checks: results.map(({ title, found, ...check }) => ({
      ...check,
      title: plain(title),
      found: plain(found),
    })),
  });
}
