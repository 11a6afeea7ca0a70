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
  const { prove, proveIdentity } = await import('./prove.ts');
  const target = toTarget({ revision: plan.revision, entry: undefined }, journal.started);
  // The state from before the rollback was not healthy: only its identity can be verified.
  const checks =
    plan.purpose === 'restore'
      ? await proveIdentity(context, targets)
      : await prove(context, targets, target);
  for (const { title, ok, found } of checks) log.info(`${ok ? '✅' : '❌'} ${title}: ${found}`);
  journal.write({
    event: 'verified',
    attempt: plan.attempt,
    round,
    checks: checks.map(({ title, found, ...check }) => ({
      ...check,
      title: plain(title),
      found: plain(found),
    })),
  });
}
