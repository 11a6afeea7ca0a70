import { plain } from '@repo/core/text/untrusted';
import type { TargetSpec } from './input-parsers.ts';
import type { Entry, History } from './ledger/ledger.ts';
import { isFullSha, shortSha } from './revision.ts';

/** A release that could be brought back. */
export interface Candidate {
  /** Full SHA; empty for what ran before the first record. */
  readonly revision: string;
  readonly content: string;
  /** The deploy in the ledger; absent where only a snapshot knows of it. */
  readonly entry: Entry | undefined;
  /** The newest whole snapshot of it. */
  readonly snapshotId: string | undefined;
}

/** A release that is not brought back, and why, as a clause: `never reached success`. */
export interface PassedOver {
  readonly revision: string;
  /** The entry of the ledger or the snapshot. */
  readonly id: string;
  readonly why: string;
}

/** What candidates look at of a snapshot. */
export interface SnapshotFacts {
  readonly id: string;
  readonly revision: string;
  readonly content: string;
  readonly takenMs: number;
}

export interface Question {
  readonly history: History;
  /** Newest first; those of what ran, not what was kept for safety during a rollback. */
  readonly snapshots: readonly SnapshotFacts[];
  readonly badRelease: string;
  readonly wanted: TargetSpec;
  readonly maxDepth: number;
  /** Why releases are not to be tried (again), by revision: `was tried just now: status 500`. */
  readonly excluded: ReadonlyMap<string, string>;
}

export interface Choice {
  /** The best first. */
  readonly candidates: readonly Candidate[];
  readonly passedOver: readonly PassedOver[];
}

/**
 * Who could take the place of the release that failed: newest first, reached success, not marked
 * bad since, of another content, at most `maxDepth` releases back. Every other release older than
 * the one that failed is passed over with the reason.
 */
export function candidates(question: Question): Choice {
  const known = olderThanFailing(question);
  const all = [...known.map(candidateOf(question)), ...beforeTheFirst(question)];
  const found: Candidate[] = [];
  const passedOver: PassedOver[] = [];
  const depths = new Map<string, number>();
  for (const { candidate, rollback } of all) {
    const { revision, entry, snapshotId } = candidate;
    const depth = depths.get(revision) ?? depths.size + 1;
    if (!rollback && revision !== question.badRelease) depths.set(revision, depth);
    const why = rollback
      ? `is a rollback to ${shortSha(revision)}, which stands for itself`
      : (whyNot(candidate, question, depth) ??
        (found.some((one) => one.revision === revision)
          ? 'is the same release as a newer candidate'
          : undefined));
    if (why === undefined) found.push(candidate);
    else passedOver.push({ revision, id: entry?.id ?? snapshotId ?? '', why });
  }
  return { candidates: found, passedOver };
}

interface Considered {
  readonly candidate: Candidate;
  readonly rollback: boolean;
}

/** Of a release that failed and is not in the ledger, all that is there is older. */
function olderThanFailing({ history, badRelease, wanted }: Question): readonly Entry[] {
  if (wanted.kind === 'named') return history.entries;
  const at = history.entries.findIndex(
    ({ kind, state, revision }) =>
      revision === badRelease && (kind === 'deploy' || state === 'good'),
  );
  return history.entries.slice(Math.max(0, at));
}

function candidateOf({ snapshots }: Question): (entry: Entry) => Considered {
  return (entry) => ({
    candidate: {
      revision: entry.revision,
      content: entry.content,
      entry,
      snapshotId: snapshots.find(({ revision }) => revision === entry.revision)?.id,
    },
    rollback: entry.kind === 'rollback',
  });
}

/** Snapshots of releases that the ledger knows nothing of: they ran before it began, so were good. */
function beforeTheFirst({ history, snapshots }: Question): readonly Considered[] {
  const recorded = new Set(history.entries.map(({ revision }) => revision));
  const seen = new Set<string>();
  return snapshots
    .filter(({ revision }) => {
      const isNew = !recorded.has(revision) && !seen.has(revision);
      seen.add(revision);
      return isNew;
    })
    .map(({ id, revision, content }) => ({
      candidate: { revision, content, entry: undefined, snapshotId: id },
      rollback: false,
    }));
}

function whyNot(candidate: Candidate, question: Question, depth: number): string | undefined {
  const { revision, content, entry } = candidate;
  const { history, badRelease, wanted, maxDepth, excluded } = question;
  if (revision === badRelease) return 'is the release that failed';
  if (wanted.kind === 'named' && !isNamed(candidate, question)) return 'is not the target';
  const mark = entry?.state === 'bad' ? entry.reason : badMark(revision, history);
  if (mark !== undefined) {
    return mark === '' ? 'was marked bad' : `was marked bad: ${plain(mark, 500)}`;
  }
  const reason = excluded.get(revision);
  if (reason !== undefined) return reason;
  // Who names a release has looked at it.
  if (wanted.kind === 'named') return undefined;
  if (entry?.state === 'unfinished') return 'was never said to be good: its deploy is unfinished';
  if (entry?.state === 'failed') return 'never reached success';
  if (content !== '' && content === contentOf(badRelease, history)) {
    return 'has the same content as the release that failed';
  }
  return depth > maxDepth ? `is ${depth} releases back, further than max-depth` : undefined;
}

/** Why a release is bad, by the newest deploy of it that says anything: a later success absolves. */
function badMark(revision: string, { entries }: History): string | undefined {
  const newest = entries.find(
    (one) =>
      one.kind === 'deploy' &&
      one.revision === revision &&
      (one.state === 'bad' || one.state === 'good'),
  );
  return newest?.state === 'bad' ? newest.reason : undefined;
}

function contentOf(revision: string, { entries }: History): string {
  return entries.find((one) => one.revision === revision && one.content !== '')?.content ?? '';
}

function isNamed({ revision, entry }: Candidate, { wanted, snapshots }: Question): boolean {
  if (wanted.kind === 'auto') return true;
  const { name } = wanted;
  const isSha = /^[0-9a-f]{7,}$/i.test(name) && (isFullSha(name) || name.length < 40);
  return (
    entry?.id === name ||
    (entry?.deploymentId !== undefined && String(entry.deploymentId) === name) ||
    (isSha && revision.startsWith(name.toLowerCase())) ||
    snapshots.some((snapshot) => snapshot.id === name && snapshot.revision === revision)
  );
}
