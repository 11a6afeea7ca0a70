import type { Annotation } from '@repo/core/action/annotation';
import { type Outcome, VERDICT_SIGNS, type Verdict } from '@repo/core/action/outcome';
import { formatSize } from '@repo/core/inputs/size';
import { heading, md } from '@repo/core/summary/markdown';
import { nameList } from '@repo/core/text/name-list';
import { pluralize } from '@repo/core/text/pluralize';
import type { BuildCacheResult } from '../act.ts';
import type { Plan } from '../plan.ts';
import { KINDS, type Kind } from '../selection/docker-object.ts';
import { type AuditEntry, type AuditOutcome, isLeftover, OUTCOMES } from './audit.ts';
import { NO_OUTPUTS } from './empty-report.ts';
import { formatEntries, formatUnselected } from './summary.ts';

export interface CleanUpFacts {
  readonly verdict: Verdict;
  readonly plan: Plan;
  readonly entries: readonly AuditEntry[];
  /** Path of the written plan, with `mode: plan`. */
  readonly planFile?: string;
  readonly buildCache?: BuildCacheResult;
}

/** The audit as outputs, JSON report, summary and annotations. */
export function report({
  verdict,
  plan,
  entries,
  planFile = '',
  buildCache = { reclaimedBytes: 0 },
}: CleanUpFacts): Outcome {
  const isPlan = planFile !== '';
  const planned = plan.steps.length;
  const counts = countOutcomes(entries);
  const leftovers = entries.filter(isLeftover).length;
  const imageBytes = sumImageBytes(entries, isPlan ? 'planned' : 'removed');
  const reclaimedBytes = imageBytes + buildCache.reclaimedBytes;
  const message = [
    ...describeCounts(counts, planned, isPlan, reclaimedBytes),
    ...(buildCache.problem === undefined ? [] : ['the build cache could not be pruned']),
  ].join(', ');
  return {
    verdict,
    message,
    outputs: {
      ...NO_OUTPUTS,
      planned,
      removed: counts.removed,
      protected: counts.protected,
      'in-use': counts['in-use'],
      'too-young': counts['too-young'],
      failed: counts.failed,
      leftovers,
      ...Object.fromEntries(
        KINDS.map((kind) => [`removed-${kind}s`, listRemovedNames(entries, kind)]),
      ),
      'reclaimed-bytes': reclaimedBytes,
      'plan-file': planFile,
    },
    result: {
      mode: isPlan ? 'plan' : 'apply',
      counts: { ...counts, leftovers },
      reclaimedBytesEstimate: imageBytes,
      buildCacheBytes: buildCache.reclaimedBytes,
      ...(buildCache.problem !== undefined && { buildCacheProblem: buildCache.problem }),
      objects: entries,
    },
    summary: [
      heading(
        2,
        md`${VERDICT_SIGNS[verdict]} docker-label-cleanup: ${isPlan ? 'plan' : 'removed objects'}`,
      ),
      md`${message}`,
      ...formatEntries(entries),
      ...formatUnselected(entries),
    ],
    annotations: [...entries.flatMap(annotateFailure), ...annotateBuildCache(buildCache)],
  };
}

type Counts = Readonly<Record<AuditOutcome, number>>;

function countOutcomes(entries: readonly AuditEntry[]): Counts {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    AuditOutcome,
    number
  >;
  for (const { outcome } of entries) counts[outcome]++;
  return counts;
}

function describeCounts(
  counts: Counts,
  planned: number,
  isPlan: boolean,
  reclaimedBytes: number,
): readonly string[] {
  const size = reclaimedBytes > 0 ? ` (about ${formatSize(reclaimedBytes)})` : '';
  const removals = isPlan
    ? `Would remove ${pluralize(planned, 'object')}`
    : `Removed ${pluralize(counts.removed, 'object')}`;
  const others = OUTCOMES.filter(
    (outcome) => !['removed', 'planned', 'unselected'].includes(outcome) && counts[outcome] > 0,
  ).map((outcome) => `${counts[outcome]} ${OUTCOME_WORDS[outcome] ?? outcome}`);
  return [removals + size, ...others];
}

const OUTCOME_WORDS: Partial<Record<AuditOutcome, string>> = {
  'in-use': 'in use',
  'too-young': 'too young',
  gone: 'already gone',
};

/** Sizes of fully removed images. An estimate: Docker does not report which layers are shared. */
function sumImageBytes(entries: readonly AuditEntry[], outcome: AuditOutcome): number {
  const images = Map.groupBy(
    entries.filter(({ kind }) => kind === 'image'),
    ({ id }) => id,
  );
  let bytes = 0;
  for (const references of images.values()) {
    if (references.every((entry) => entry.outcome === outcome)) bytes += references[0]?.bytes ?? 0;
  }
  return bytes;
}

function listRemovedNames(entries: readonly AuditEntry[], kind: Kind): string {
  return nameList(
    entries
      .filter((entry) => entry.kind === kind && entry.outcome === 'removed')
      .map(({ name }) => name),
  );
}

function annotateFailure({ outcome, kind, name, reason }: AuditEntry): readonly Annotation[] {
  if (outcome !== 'failed') return [];
  return [{ level: 'warning', title: `${kind} ${name} could not be removed`, message: reason }];
}

function annotateBuildCache({
  problem,
  remedy = 'Raise timeout.',
}: BuildCacheResult): readonly Annotation[] {
  if (problem === undefined) return [];
  const title = 'The build cache could not be pruned';
  return [{ level: 'warning', title, message: `${problem}. ${remedy}` }];
}
