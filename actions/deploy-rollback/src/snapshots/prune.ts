import type { LedgerHistory } from '../ledger/ledger.ts';
import type { Manifest } from './manifest.ts';

type Summary = Pick<Manifest, 'id' | 'kind' | 'revision'>;

/**
 * The snapshots that may be removed: all but the newest `keep`, the newest of a good release (or of
 * a release from before the ledger, as long as it is the only one), those in use, and the newest safety
 * snapshot.
 *
 * @param snapshots newest first
 */
export function selectRemovable<S extends Summary>(
  snapshots: readonly S[],
  {
    history,
    keep,
    inUse,
  }: {
    readonly history: LedgerHistory;
    readonly keep: number;
    readonly inUse: ReadonlySet<string>;
  },
): readonly S[] {
  const ordinary = snapshots.filter(({ kind }) => kind === 'deploy');
  const kept = new Set([
    ...ordinary.slice(0, keep),
    ...snapshots.filter(({ id }) => inUse.has(id)),
    ...snapshots.filter(({ kind }) => kind === 'safety').slice(0, 1),
    ...findLastGood(ordinary, history),
  ]);
  return snapshots.filter((one) => !kept.has(one));
}

function findLastGood<S extends Summary>(
  snapshots: readonly S[],
  { entries }: LedgerHistory,
): readonly S[] {
  const findState = (revision: string) =>
    entries.find(
      (one) => one.kind === 'deploy' && one.revision === revision && one.state !== 'unfinished',
    )?.state;
  const good = snapshots.find(({ revision }) => findState(revision) === 'good');
  const recorded = new Set(entries.map(({ revision }) => revision));
  const unrecorded = snapshots.find(({ revision }) => !recorded.has(revision));
  return [good ?? unrecorded].filter((one) => one !== undefined);
}
