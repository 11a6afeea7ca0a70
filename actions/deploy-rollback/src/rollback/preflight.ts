import { debugEach } from '@repo/core/action/log';
import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import type { Journal } from '../journal/journal.ts';
import { getOpenAttempt, getProgress, getTouched } from '../journal/progress.ts';
import type { LedgerHistory } from '../ledger/ledger.ts';
import type { PlannedStep, SkippedRelease } from '../mode-result.ts';
import { shortSha } from '../revision.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import type { Strategy, Target } from '../strategies/strategy.ts';
import type { Candidate, Candidates } from './candidates.ts';

/** The candidate that every strategy can restore, or the reasons why none of them qualifies. */
export interface PreflightResult {
  readonly candidate: Candidate | undefined;
  readonly steps: readonly PlannedStep[];
  readonly skipped: readonly SkippedRelease[];
  /** The remedy for the first candidate that cannot be restored. */
  readonly remedy: string;
}

type RollbackIds = Pick<Target, 'badRelease' | 'rollbackId'>;

/** Selects the first candidate that passes the preflight of every strategy. Changes nothing. */
export async function preflight(
  context: Context,
  { candidates, skipped: before }: Candidates,
  ids: RollbackIds,
): Promise<PreflightResult> {
  const { ports, strategies } = context;
  const snapshots = await context.snapshots.list();
  const skipped: SkippedRelease[] = [...before];
  let remedy = '';
  debugEach(
    ports.log,
    before,
    ({ revision, reason }) => `release ${shortSha(revision)} is skipped: ${reason}`,
  );
  for (const candidate of candidates) {
    ports.signal.throwIfAborted();
    const snapshot = snapshots.find(({ id }) => id === candidate.snapshotId);
    const check = await checkStrategies(context, toTarget(candidate, ids), snapshot, strategies);
    if (check.kind === 'ready') {
      ports.log.debug(
        () =>
          `release ${shortSha(candidate.revision)} is selected: ${check.steps.map(({ title, step }) => `${title} ${step}`).join('; ')}`,
      );
      const steps = [...check.steps, ...(await getLedgerSteps(context))];
      return { candidate, steps, skipped, remedy: '' };
    }
    ports.log.info(`${shortSha(candidate.revision)} ${check.reason}`);
    remedy ||= check.remedy;
    const id = candidate.entry?.id ?? candidate.snapshotId ?? '';
    skipped.push({ revision: candidate.revision, id, reason: check.reason });
  }
  return { candidate: undefined, steps: [], skipped, remedy };
}

/** Fails an interrupted attempt if its remaining steps are not possible any more. */
export async function checkOpenAttempt(
  context: Context,
  journal: Journal,
  { entries }: LedgerHistory,
): Promise<void> {
  const open = getOpenAttempt(journal);
  const progress = getProgress(journal);
  if (open === undefined || progress.decided !== undefined) return;
  const { attempt, purpose, revision, entryId, snapshotId } = open.plan;
  const touched = getTouched(progress);
  const strategies = context.strategies.filter(
    ({ title }) => !open.applied.has(title) && (purpose === 'rollback' || touched.has(title)),
  );
  const snapshot = (await context.snapshots.list()).find(({ id }) => id === snapshotId);
  const entry = entries.find(({ id }) => id === entryId);
  const target = toTarget({ revision, entry }, journal.started);
  const check = await checkStrategies(context, target, snapshot, strategies);
  if (check.kind === 'ready') return;
  const reason = `it was interrupted, and ${shortSha(revision)} ${check.reason}`;
  journal.write({ event: 'attempt-failed', attempt, reason: plain(reason, 1_000) });
}

export type StrategyCheck =
  | { readonly kind: 'ready'; readonly steps: readonly PlannedStep[] }
  | { readonly kind: 'impossible'; readonly reason: string; readonly remedy: string };

/** Checks whether every strategy can restore a release. If one of them cannot, none is used. */
export async function checkStrategies(
  { snapshots, ports }: Context,
  target: Omit<Target, 'snapshot'>,
  snapshot: Manifest | undefined,
  strategies: readonly Strategy[],
): Promise<StrategyCheck> {
  const damage = snapshot && (await snapshots.findDamage(snapshot));
  if (damage !== undefined) {
    const reason = `cannot be restored: snapshot ${snapshot?.id} is damaged: ${damage}`;
    return { kind: 'impossible', reason, remedy: 'Check the disk of state-dir.' };
  }
  const steps: PlannedStep[] = [];
  for (const strategy of strategies) {
    const part = snapshots.getPart(snapshot, strategy);
    try {
      const answer = await strategy.preflight({ ...target, snapshot: part }, ports);
      if (answer.kind === 'impossible') {
        return createImpossible(strategy.title, answer.problem, answer.remedy);
      }
      const warnings = answer.warnings.map((warning) => plain(warning));
      steps.push({ title: strategy.title, step: plain(answer.step), warnings });
    } catch (error) {
      ports.signal.throwIfAborted();
      return createImpossible(strategy.title, describeError(error), getRemedy(error));
    }
  }
  return { kind: 'ready', steps };
}

export function toTarget(
  { revision, entry }: Pick<Candidate, 'revision' | 'entry'>,
  { badRelease, rollbackId }: RollbackIds,
): Omit<Target, 'snapshot'> {
  return { revision, badRelease, rollbackId, deploymentId: entry?.deploymentId };
}

/** The limits of the ledger, as a step of the plan. */
async function getLedgerSteps({ ledger }: Context): Promise<readonly PlannedStep[]> {
  const limits = (await ledger.limits?.()) ?? [];
  if (limits.length === 0) return [];
  const warnings = limits.map((limit) => plain(limit));
  return [{ title: plain(ledger.location), step: 'records the rollback', warnings }];
}

function createImpossible(title: string, problem: string, remedy: string): StrategyCheck {
  const reason = `cannot be restored: ${plain(title, 100)}: ${plain(problem)}`;
  return { kind: 'impossible', reason, remedy: plain(remedy) };
}

function getRemedy(error: unknown): string {
  return error instanceof Error && 'remedy' in error ? String(error.remedy) : '';
}
