import type { Annotation } from '@repo/core/action/annotation';
import { type Outcome, type OutputValue, VERDICT_SIGNS } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { formatSize } from '@repo/core/inputs/size';
import { code, details, heading, type Markdown, md, table } from '@repo/core/summary/markdown';
import { nameList } from '@repo/core/text/name-list';
import { pluralize } from '@repo/core/text/pluralize';
import { type Entry, isLeftover, OUTCOMES, type OutcomeKind } from './audit.ts';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan.ts';
import { KINDS, type Kind } from './subject.ts';
import { verdictOf } from './verdict.ts';

export interface Facts {
  readonly entries: readonly Entry[];
  readonly made: Plan;
  readonly inputs: Pick<Inputs, 'mode'>;
  /** Where the plan was written, with `mode: plan`. */
  readonly planFile?: string;
  readonly cache?: CacheResult;
}

/** What came of pruning the build cache. */
export interface CacheResult {
  /** What it gave back. */
  readonly bytes: number;
  /** Why it could not be pruned, as a clause. */
  readonly problem?: string;
  readonly remedy?: string;
}

/** The audit in all the forms that people and workflows read. */
export function report({ entries, made, planFile = '', cache = { bytes: 0 } }: Facts): Outcome {
  const counts = countsOf(entries);
  const images = reclaimedBytes(entries, planFile === '' ? 'removed' : 'planned');
  const bytes = images + cache.bytes;
  const leftovers = entries.filter(isLeftover).length;
  const told = sentence(counts, { planned: made.steps.length, isPlan: planFile !== '', bytes });
  const message = cache.problem ? `${told}, the build cache could not be pruned` : told;
  const verdict = cache.problem ? 'fail' : verdictOf(entries);
  const shown = entries.filter(({ outcome }) => outcome !== 'unselected');
  return {
    verdict,
    message,
    outputs: {
      ...NO_OUTPUTS,
      planned: made.steps.length,
      removed: counts.removed,
      protected: counts.protected,
      'in-use': counts['in-use'],
      'too-young': counts['too-young'],
      failed: counts.failed,
      leftovers,
      ...Object.fromEntries(KINDS.map((kind) => [`removed-${kind}s`, removedNames(entries, kind)])),
      'reclaimed-bytes': bytes,
      'plan-file': planFile,
    },
    result: {
      mode: planFile === '' ? 'apply' : 'plan',
      counts: { ...counts, leftovers },
      reclaimedBytesEstimate: images,
      buildCacheBytes: cache.bytes,
      ...(cache.problem && { buildCacheProblem: cache.problem }),
      objects: entries,
    },
    summary: [
      heading(
        2,
        md`${VERDICT_SIGNS[verdict]} docker-label-cleanup: ${planFile === '' ? 'what was removed' : 'the plan'}`,
      ),
      md`${message}`,
      ...(shown.length === 0 ? [] : [entriesTable(shown)]),
      ...unselectedOf(entries),
    ],
    annotations: [...entries.flatMap(annotationOf), ...cacheAnnotation(cache)],
  };
}

function cacheAnnotation({
  problem,
  remedy = 'Raise timeout.',
}: CacheResult): readonly Annotation[] {
  if (problem === undefined) return [];
  const title = 'The build cache could not be pruned';
  return [{ level: 'warning', title, message: `${problem}. ${remedy}` }];
}

/** The outcome when the daemon could not be asked, so that nobody knows what is left. */
export function unknown(place: string, error: unknown): Outcome {
  const why = describeError(error);
  const remedy = error instanceof ActionError ? error.remedy : 'Raise timeout.';
  const message = why.includes(place) ? why : `${place}: ${why}`;
  return {
    verdict: 'unknown',
    message,
    outputs: NO_OUTPUTS,
    result: { mode: 'unknown', reason: message, remedy },
    summary: [
      heading(2, md`${VERDICT_SIGNS.unknown} docker-label-cleanup: unknown`),
      md`${message}. ${remedy}`,
    ],
    annotations: [
      { level: 'warning', title: 'Nothing was cleaned up', message: `${message}. ${remedy}` },
    ],
  };
}

/** All outputs of the action, as they are when nothing was done. */
export const NO_OUTPUTS: Readonly<Record<string, OutputValue>> = {
  planned: 0,
  removed: 0,
  protected: 0,
  'in-use': 0,
  'too-young': 0,
  failed: 0,
  leftovers: 0,
  'removed-containers': '',
  'removed-images': '',
  'removed-networks': '',
  'removed-volumes': '',
  'reclaimed-bytes': 0,
  'label-args': '',
  'plan-file': '',
};

type Counts = Readonly<Record<OutcomeKind, number>>;

function countsOf(entries: readonly Entry[]): Counts {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    OutcomeKind,
    number
  >;
  for (const { outcome } of entries) counts[outcome]++;
  return counts;
}

function sentence(
  counts: Counts,
  { planned, isPlan, bytes }: { planned: number; isPlan: boolean; bytes: number },
): string {
  const size = bytes > 0 ? ` (about ${formatSize(bytes)})` : '';
  const done = isPlan
    ? `Would remove ${pluralize(planned, 'object')}${size}`
    : `Removed ${pluralize(counts.removed, 'object')}${size}`;
  const others = OUTCOMES.filter(
    (outcome) => !['removed', 'planned', 'unselected'].includes(outcome) && counts[outcome] > 0,
  ).map((outcome) => `${counts[outcome]} ${WORDS[outcome] ?? outcome}`);
  return [done, ...others].join(', ');
}

const WORDS: Partial<Record<OutcomeKind, string>> = {
  'in-use': 'in use',
  'too-young': 'too young',
  gone: 'gone already',
};

/** Of images of which nothing is left. An estimate: Docker does not tell which layers are shared. */
function reclaimedBytes(entries: readonly Entry[], outcome: OutcomeKind): number {
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

function removedNames(entries: readonly Entry[], kind: Kind): string {
  return nameList(
    entries
      .filter((entry) => entry.kind === kind && entry.outcome === 'removed')
      .map(({ name }) => name),
  );
}

function entriesTable(entries: readonly Entry[]): Markdown {
  const inOrder = OUTCOMES.flatMap((outcome) => entries.filter((one) => one.outcome === outcome));
  return table(
    [
      { title: 'Outcome' },
      { title: 'Kind' },
      { title: 'Object' },
      { title: 'Why' },
      { title: 'Size', align: 'right' },
    ],
    inOrder.map(({ outcome, kind, name, why, bytes }) => [
      md`${outcome}`,
      md`${kind}`,
      code(name),
      md`${why}`,
      md`${bytes > 0 ? formatSize(bytes) : ''}`,
    ]),
  );
}

/** What no label selects is listed too: who reads an audit wants to see what was spared. */
function unselectedOf(entries: readonly Entry[]): readonly Markdown[] {
  const unselected = entries.filter(({ outcome }) => outcome === 'unselected');
  if (unselected.length === 0) return [];
  return [
    details(md`${unselected.length} not selected, left alone`, [
      table(
        [{ title: 'Kind' }, { title: 'Object' }],
        unselected.map(({ kind, name }) => [md`${kind}`, code(name)]),
      ),
    ]),
  ];
}

function annotationOf({ outcome, kind, name, why }: Entry): readonly Annotation[] {
  if (outcome !== 'failed') return [];
  return [{ level: 'warning', title: `${kind} ${name} could not be removed`, message: why }];
}
