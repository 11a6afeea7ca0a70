import type { Context } from './context.ts';
import type { History } from './ledger/ledger.ts';

/**
 * Whether the deploy of a release may have begun at all. Where deploys begin with a snapshot, one
 * that has none has not, e.g. because a step before it failed: what runs is the release before it, of
 * which there is no copy, and a rollback would go further back than that.
 */
export async function mayHaveBegun(
  { ledger, snapshots, strategies }: Context,
  release: string,
  { entries }: History,
): Promise<boolean> {
  if (!strategies.some(({ capture }) => capture !== undefined)) return true;
  const taken = (await snapshots.list()).filter(({ before }) => before !== undefined);
  return (
    taken.length === 0 ||
    taken.some(({ before }) => before === release) ||
    // GitHub makes a deployment for each job with an environment, however early it fails.
    entries.some(
      ({ revision, state }) => revision === release && (ledger.isOurs || state === 'good'),
    )
  );
}
