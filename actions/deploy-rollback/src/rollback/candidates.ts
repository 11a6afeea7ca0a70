import { plain } from '@repo/core/text/untrusted';
import type { TargetSpec } from '../input-parsers.ts';
import type { LedgerEntry, LedgerHistory } from '../ledger/ledger.ts';
import type { SkippedRelease } from '../mode-result.ts';
import { isFullSha, shortSha } from '../revision.ts';

/** A release that a rollback may restore. */
export interface Candidate {
  /** Full SHA; empty for the release before the first record. */
  readonly revision: string;
  readonly tree: string;
  /** The deploy in the ledger; absent for a release that has only a snapshot. */
  readonly entry: LedgerEntry | undefined;
  /** Its newest complete snapshot. */
  readonly snapshotId: string | undefined;
}

/** The part of a snapshot that the selection of candidates needs. */
export interface SnapshotSummary {
  readonly id: string;
  readonly revision: string;
  readonly tree: string;
  readonly takenMs: number;
}

export interface CandidateQuery {
  readonly history: LedgerHistory;
  /** Newest first, without safety snapshots. */
  readonly snapshots: readonly SnapshotSummary[];
  readonly badRelease: string;
  readonly target: TargetSpec;
  readonly maxDepth: number;
  /** Releases to skip, with the reason: `failed in this rollback: status 500`. */
  readonly excluded: ReadonlyMap<string, string>;
}

export interface Candidates {
  /** Best first. */
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly SkippedRelease[];
}

/**
 * Finds the releases that may replace the bad release, newest first: they succeeded, are not marked
 * bad since, have another content, and are at most `maxDepth` releases back. Every other release
 * older than the bad release is skipped with a reason.
 */
export function findCandidates(query: CandidateQuery): Candidates {
  const recorded = getOlderEntries(query);
  const all = [...recorded.map((entry) => toOption(entry, query)), ...findUnrecorded(query)];
  const candidates: Candidate[] = [];
  const skipped: SkippedRelease[] = [];
  const depths = new Map<string, number>();
  for (const { candidate, isRollback } of all) {
    const { revision, entry, snapshotId } = candidate;
    const depth = depths.get(revision) ?? depths.size + 1;
    if (!isRollback && revision !== query.badRelease) depths.set(revision, depth);
    const reason = isRollback
      ? `is a rollback to ${shortSha(revision)}, which has its own entry`
      : (getSkipReason(candidate, query, depth) ??
        (candidates.some((one) => one.revision === revision)
          ? 'is the same release as a newer candidate'
          : undefined));
    if (reason === undefined) candidates.push(candidate);
    else skipped.push({ revision, id: entry?.id ?? snapshotId ?? '', reason });
  }
  return { candidates, skipped };
}

interface Option {
  readonly candidate: Candidate;
  readonly isRollback: boolean;
}

/** If the bad release is not in the ledger, all entries are older. */
function getOlderEntries({ history, badRelease, target }: CandidateQuery): readonly LedgerEntry[] {
  if (target.kind === 'named') return history.entries;
  const at = history.entries.findIndex(
    ({ kind, state, revision }) =>
      revision === badRelease && (kind === 'deploy' || state === 'good'),
  );
  return history.entries.slice(Math.max(0, at));
}

function toOption(entry: LedgerEntry, { snapshots }: CandidateQuery): Option {
  const { revision, tree, kind } = entry;
  const snapshotId = snapshots.find((snapshot) => snapshot.revision === revision)?.id;
  return { candidate: { revision, tree, entry, snapshotId }, isRollback: kind === 'rollback' };
}

/** Snapshots of releases without a ledger entry. They ran before the ledger started, so were good. */
function findUnrecorded({ history, snapshots }: CandidateQuery): readonly Option[] {
  const recorded = new Set(history.entries.map(({ revision }) => revision));
  const seen = new Set<string>();
  return snapshots
    .filter(({ revision }) => {
      const isNew = !recorded.has(revision) && !seen.has(revision);
      seen.add(revision);
      return isNew;
    })
    .map(({ id, revision, tree }) => ({
      candidate: { revision, tree, entry: undefined, snapshotId: id },
      isRollback: false,
    }));
}

function getSkipReason(
  candidate: Candidate,
  query: CandidateQuery,
  depth: number,
): string | undefined {
  const { revision, tree, entry } = candidate;
  const { history, badRelease, target, maxDepth, excluded } = query;
  if (revision === badRelease) return 'is the bad release';
  if (target.kind === 'named' && !isNamed(candidate, target.name, query)) {
    return 'is not the target';
  }
  const mark = entry?.state === 'bad' ? entry.reason : findBadMark(revision, history);
  if (mark !== undefined) {
    return mark === '' ? 'was marked bad' : `was marked bad: ${plain(mark, 500)}`;
  }
  const exclusion = excluded.get(revision);
  if (exclusion !== undefined) return exclusion;
  // An explicit target skips the checks of the deploy.
  if (target.kind === 'named') return undefined;
  if (entry?.state === 'unfinished') return 'was not marked good: its deploy is unfinished';
  if (entry?.state === 'failed') return 'never succeeded';
  if (tree !== '' && tree === findTree(badRelease, history)) {
    return 'has the same content as the bad release';
  }
  return depth > maxDepth ? `is ${depth} releases back, more than max-depth` : undefined;
}

/** The reason of a bad release, from its newest marked deploy: a later success clears the mark. */
function findBadMark(revision: string, { entries }: LedgerHistory): string | undefined {
  const newest = entries.find(
    (one) =>
      one.kind === 'deploy' &&
      one.revision === revision &&
      (one.state === 'bad' || one.state === 'good'),
  );
  return newest?.state === 'bad' ? newest.reason : undefined;
}

function findTree(revision: string, { entries }: LedgerHistory): string {
  return entries.find((one) => one.revision === revision && one.tree !== '')?.tree ?? '';
}

function isNamed(
  { revision, entry }: Candidate,
  name: string,
  { snapshots }: CandidateQuery,
): boolean {
  const isSha = /^[0-9a-f]{7,}$/i.test(name) && (isFullSha(name) || name.length < 40);
  return (
    entry?.id === name ||
    (entry?.deploymentId !== undefined && String(entry.deploymentId) === name) ||
    (isSha && revision.startsWith(name.toLowerCase())) ||
    snapshots.some((snapshot) => snapshot.id === name && snapshot.revision === revision)
  );
}
