import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import { isInHistory } from '../git-tree.ts';
import type { Attempt } from '../journal/progress.ts';
import type { LedgerHistory } from '../ledger/ledger.ts';
import { type Candidate, type Candidates, findCandidates } from './candidates.ts';

export interface ResolveOptions {
  readonly badRelease: string;
  readonly history: LedgerHistory;
  /** Earlier attempts of this rollback. Their releases are not tried again. */
  readonly attempts: readonly Attempt[];
}

/**
 * Finds the releases that may replace the bad release, best first; none after max-attempts. Changes
 * nothing.
 */
export async function resolve(
  context: Context,
  { badRelease, history, attempts }: ResolveOptions,
): Promise<Candidates> {
  const { inputs } = context;
  if (attempts.length >= inputs.maxAttempts) return { candidates: [], skipped: [] };
  const snapshots = (await context.snapshots.list()).filter(({ kind }) => kind === 'deploy');
  const tried = new Map(
    attempts.map(
      ({ plan, reason }) => [plan.revision, `failed in this rollback: ${reason}`] as const,
    ),
  );
  const find = (skipped: ReadonlyMap<string, string>) =>
    findCandidates({
      history,
      snapshots,
      badRelease,
      target: inputs.target,
      maxDepth: inputs.maxDepth,
      excluded: skipped,
    });
  const unreachable = await findUnreachable(find(tried).candidates, context);
  return find(new Map([...tried, ...unreachable]));
}

/** The releases that are not in the history of `allowed-ref`, with the reason. */
async function findUnreachable(
  candidates: readonly Candidate[],
  { inputs, ledger, ports }: Context,
): Promise<ReadonlyMap<string, string>> {
  const { allowedRef: ref } = inputs;
  const unreachable = new Map<string, string>();
  if (ref === '') return unreachable;
  for (const { revision } of candidates) {
    if (revision === '') continue;
    const isReachable = ledger.isReachable
      ? await ledger.isReachable(revision, ref)
      : await isInHistory(revision, ref, ports);
    if (isReachable === false) {
      unreachable.set(revision, `is not in the history of ${plain(ref, 80)}`);
    }
    if (isReachable === undefined) {
      const reason = `may not be in the history of ${plain(ref, 80)}, which is incomplete: set fetch-depth: 0 on actions/checkout`;
      unreachable.set(revision, reason);
    }
  }
  return unreachable;
}
