import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import { type Candidate, candidates, type PassedOver } from '../candidates.ts';
import { isInHistory } from '../content.ts';
import type { Context } from '../context.ts';
import type { PlannedStep } from '../finding.ts';
import type { History } from '../ledger/ledger.ts';
import { shortSha } from '../revision.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import type { Strategy, Target } from '../strategies/strategy.ts';

/** The candidate that every strategy can bring back, or why none of them can be. */
export interface Chosen {
  readonly candidate: Candidate | undefined;
  readonly steps: readonly PlannedStep[];
  readonly passedOver: readonly PassedOver[];
  /** What to do about the first candidate that could not be brought back. */
  readonly remedy: string;
}

export interface ChooseOptions {
  readonly badRelease: string;
  readonly rollbackId: string;
  readonly history: History;
  /** Why releases are not tried (again), by revision. */
  readonly excluded: ReadonlyMap<string, string>;
}

/** Looks through the candidates, best first, for one that passes every preflight. Changes nothing. */
export async function choose(context: Context, options: ChooseOptions): Promise<Chosen> {
  const { history, badRelease, rollbackId } = options;
  const { inputs, ports } = context;
  const kept = await context.snapshots.list();
  const snapshots = kept.filter(({ kind }) => kind === 'deploy');
  const ask = (excluded: ReadonlyMap<string, string>) =>
    candidates({
      history,
      snapshots,
      badRelease,
      wanted: inputs.target,
      maxDepth: inputs.maxDepth,
      excluded,
    });
  const gone = await unreachable(ask(options.excluded).candidates, context);
  const choice = ask(new Map([...options.excluded, ...gone]));
  const passedOver: PassedOver[] = [...choice.passedOver];
  let remedy = '';
  for (const candidate of choice.candidates) {
    ports.signal.throwIfAborted();
    const snapshot = kept.find(({ id }) => id === candidate.snapshotId);
    const target = toTarget(candidate, { badRelease, rollbackId });
    const ready = await preflight(context, target, snapshot, context.strategies);
    if (ready.kind === 'ready') {
      const steps = [...ready.steps, ...(await recording(context))];
      return { candidate, steps, passedOver, remedy: '' };
    }
    ports.log.info(`${shortSha(candidate.revision)} ${ready.why}`);
    remedy ||= ready.remedy;
    const id = candidate.entry?.id ?? candidate.snapshotId ?? '';
    passedOver.push({ revision: candidate.revision, id, why: ready.why });
  }
  return { candidate: undefined, steps: [], passedOver, remedy };
}

/** What people should know about writing the rollback down, as a step of its own. */
async function recording({ ledger }: Context): Promise<readonly PlannedStep[]> {
  const limits = (await ledger.limits?.()) ?? [];
  if (limits.length === 0) return [];
  const warnings = limits.map((limit) => plain(limit));
  return [{ title: plain(ledger.location), step: 'writes the rollback down', warnings }];
}

export function toTarget(
  { revision, entry }: Pick<Candidate, 'revision' | 'entry'>,
  { badRelease, rollbackId }: { readonly badRelease: string; readonly rollbackId: string },
): Omit<Target, 'kept'> {
  return { revision, badRelease, rollbackId, deploymentId: entry?.deploymentId };
}

export type Ready =
  | { readonly kind: 'ready'; readonly steps: readonly PlannedStep[] }
  | { readonly kind: 'impossible'; readonly why: string; readonly remedy: string };

/** Asks every strategy whether it can bring a release back: all of them can, or none is used. */
export async function preflight(
  { snapshots, ports }: Context,
  target: Omit<Target, 'kept'>,
  snapshot: Manifest | undefined,
  strategies: readonly Strategy[],
): Promise<Ready> {
  const damage = snapshot && (await snapshots.damage(snapshot));
  if (damage !== undefined) {
    const why = `cannot be brought back: in its snapshot ${snapshot?.id} ${damage}`;
    return { kind: 'impossible', why, remedy: 'Look at the disk that state-dir is on.' };
  }
  const steps: PlannedStep[] = [];
  for (const strategy of strategies) {
    const kept = snapshots.keptBy(snapshot, strategy);
    try {
      const answer = await strategy.preflight({ ...target, kept }, ports);
      if (answer.kind === 'impossible') {
        return impossible(strategy.title, answer.problem, answer.remedy);
      }
      const warnings = answer.warnings.map((warning) => plain(warning));
      steps.push({ title: strategy.title, step: plain(answer.step), warnings });
    } catch (error) {
      ports.signal.throwIfAborted();
      return impossible(strategy.title, describeError(error), remedyOf(error));
    }
  }
  return { kind: 'ready', steps };
}

function impossible(title: string, problem: string, remedy: string): Ready {
  const why = `cannot be brought back: ${plain(title, 100)}: ${plain(problem)}`;
  return { kind: 'impossible', why, remedy: plain(remedy) };
}

function remedyOf(error: unknown): string {
  return error instanceof Error && 'remedy' in error ? String(error.remedy) : '';
}

/** Those that the allowed ref does not have in its history (any more). */
async function unreachable(
  found: readonly Candidate[],
  { inputs, ledger, ports }: Context,
): Promise<ReadonlyMap<string, string>> {
  const { allowedRef: ref } = inputs;
  const gone = new Map<string, string>();
  if (ref === '') return gone;
  for (const { revision } of found) {
    if (revision === '') continue;
    const known = ledger.isReachable
      ? await ledger.isReachable(revision, ref)
      : await isInHistory(revision, ref, ports);
    if (known === false)
      gone.set(revision, `is not in the history of ${plain(ref, 80)} (any more)`);
    if (known === undefined) {
      gone.set(
        revision,
        `may not be in the history of ${plain(ref, 80)}: fetch-depth: 0 would tell`,
      );
    }
  }
  return gone;
}
