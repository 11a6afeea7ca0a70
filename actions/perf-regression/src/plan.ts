import { type Baseline, describeBaseline } from './baseline.ts';
import type { Settings } from './compare/settings.ts';
import type { Context } from './context.ts';
import type { ReadResult } from './measurement.ts';
import { createPolicyLookup } from './rules/rules.ts';
import { uDistributions } from './statistics/u-distribution.ts';
import type { Survey } from './survey.ts';

/** What this run does. */
export interface Plan {
  readonly comparison: PlannedComparison;
  readonly settings: Settings;
  /** Whether a label of the pull request accepts regressions. */
  readonly accepted: boolean;
  /** Whether the run is added to the history. */
  readonly record: boolean;
  /**
   * `github`: a comment or a check is published. `other-workflow`: the token of a fork cannot
   * write, so `mode: post` has to publish it.
   */
  readonly publish: 'github' | 'other-workflow' | 'nothing';
  /** Pull requests that get the comment. */
  readonly pulls: readonly number[];
}

type PlannedComparison =
  | { readonly kind: 'measure'; readonly baseCommit: string }
  | {
      readonly kind: 'compare';
      readonly results: ReadResult;
      readonly baseline: Exclude<Baseline, { kind: 'commit' }>;
      /** The baseline as the report names it. */
      readonly against: string;
    };

/** Decides what is compared, by which rules, and where the outcome goes. */
export function plan({ rules, results, baseline }: Survey, context: Context): Plan {
  const { inputs, event } = context;
  const { pullRequest } = event;
  const pulls = pullRequest === undefined ? [] : [pullRequest.number];
  return {
    comparison: planComparison(results, baseline, context),
    settings: {
      policyFor: createPolicyLookup(rules, {
        warn: inputs.warnThreshold,
        fail: inputs.failThreshold,
      }),
      alpha: inputs.alpha,
      minSamples: inputs.minSamples,
      normalize: inputs.normalize,
      distributions: uDistributions(),
    },
    accepted: pullRequest?.labels.includes(inputs.acceptLabel) ?? false,
    record: context.store !== undefined && shouldRecord(context),
    publish:
      inputs.check || (inputs.comment !== 'never' && pulls.length > 0)
        ? pullRequest?.fromFork
          ? 'other-workflow'
          : 'github'
        : 'nothing',
    pulls,
  };
}

function planComparison(
  results: ReadResult | undefined,
  baseline: Baseline,
  { series }: Context,
): PlannedComparison {
  if (baseline.kind === 'commit') return { kind: 'measure', baseCommit: baseline.sha };
  if (results === undefined) throw new Error('results must be read before they are compared');
  const against = describeBaseline(baseline, series.environment);
  return { kind: 'compare', results, baseline, against };
}

/** `auto` records pushes to the default branch only, which keeps the history one line of commits. */
function shouldRecord({ inputs, action, event }: Context): boolean {
  if (inputs.record !== 'auto') return inputs.record === 'always';
  const { pullRequest, defaultBranch } = event;
  return (
    pullRequest === undefined &&
    defaultBranch !== '' &&
    action.run.ref === `refs/heads/${defaultBranch}`
  );
}
