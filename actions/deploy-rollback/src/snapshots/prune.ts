import type { History } from '../ledger/ledger.ts';
import type { Manifest } from './manifest.ts';

type Facts = Pick<Manifest, 'id' | 'kind' | 'revision'>;

/**
 * The snapshots that may go: all but the newest `keep`, the newest of a good release (or of one that
 * ran before the ledger began, while there is no other), those that are in use, and the newest of
 * those taken for safety.
 *
 * @param snapshots newest first
 */
export function superfluous<S extends Facts>(
  snapshots: readonly S[],
  {
    history,
    keep,
    inUse,
  }: {
    readonly history: History;
    readonly keep: number;
    readonly inUse: ReadonlySet<string>;
  },
): readonly S[] {
  const ordinary = snapshots.filter(({ kind }) => kind === 'deploy');
  const stay = new Set([
    ...ordinary.slice(0, keep),
    ...snapshots.filter(({ id }) => inUse.has(id)),
    ...snapshots.filter(({ kind }) => kind === 'safety').slice(0, 1),
    ...lastGood(ordinary, history),
  ]);
  return snapshots.filter((one) => !stay.has(one));
}

function lastGood<S extends Facts>(snapshots: readonly S[], { entries }: History): readonly S[] {
  const stateOf = (revision: string) =>
    entries.find(
      (one) => one.kind === 'deploy' && one.revision === revision && one.state !== 'unfinished',
    )?.state;
  const good = snapshots.find(({ revision }) => stateOf(revision) === 'good');
  const known = new Set(entries.map(({ revision }) => revision));
  const unrecorded = snapshots.find(({ revision }) => !known.has(revision));
  return [good ?? unrecorded].filter((one) => one !== undefined);
}
