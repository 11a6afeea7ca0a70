import { formatValue } from '../format-value.ts';
import type { Measurement } from '../measurement.ts';
import type { Policy } from '../rules/rules.ts';
import { describeExceededBudget, findUnitMismatch, type Limits } from './limits.ts';
import type { MetricResult } from './metric-result.ts';

/** Either a result that needs no comparison, or the limits of the comparison. */
export type PolicyCheck =
  | { readonly kind: 'judged'; readonly result: MetricResult }
  | { readonly kind: 'open'; readonly base: ResultBase; readonly limits: Limits };

/** The part of a result that does not depend on its judgement. */
export type ResultBase = Pick<
  MetricResult,
  'benchmark' | 'metric' | 'unit' | 'better' | 'before' | 'after' | 'ratio'
>;

export function toResultBase(measurement: Measurement, policy: Policy): ResultBase {
  const { benchmark, metric, unit, better, centre } = measurement;
  return { benchmark, metric, unit, better: policy.better ?? better, after: centre };
}

/** Judges what does not need the baseline: units, budgets and directions. */
export function checkPolicy(after: Measurement, policy: Policy, before?: number): PolicyCheck {
  const own = toResultBase(after, policy);
  const base: ResultBase =
    before === undefined
      ? own
      : before === 0
        ? { ...own, before }
        : { ...own, before, ratio: after.centre / before };
  const judged = (
    state: MetricResult['state'],
    method: MetricResult['method'],
    reason: string,
  ): PolicyCheck => ({ kind: 'judged', result: { ...base, state, method, reason } });
  const mismatch = findUnitMismatch(policy, after.unit);
  if (mismatch !== undefined) {
    const limit = mismatch.unit === '' ? 'no unit' : `the unit ${mismatch.unit}`;
    const metric = after.unit === '' ? 'no unit' : `the unit ${after.unit}`;
    return judged('unknown', 'none', `a limit has ${limit}, but the metric has ${metric}`);
  }
  const exceeded = describeExceededBudget(policy, after.centre, (value) =>
    formatValue(value, after.unit),
  );
  if (exceeded !== undefined) return judged('fail', 'budget', exceeded);
  const hasBudget = policy.max !== undefined || policy.min !== undefined;
  if (base.better === 'none' || base.better === 'unknown') {
    return hasBudget
      ? judged('unchanged', 'budget', 'within its budget')
      : judged('not-gated', 'none', explainNotGated(base.better));
  }
  if (before === undefined) {
    return hasBudget
      ? judged('unchanged', 'budget', 'within its budget')
      : judged('new', 'none', 'no baseline yet');
  }
  const { warn, fail } = policy;
  return {
    kind: 'open',
    base,
    limits: { better: base.better, ...(warn && { warn }), ...(fail && { fail }) },
  };
}

function explainNotGated(better: 'none' | 'unknown'): string {
  return better === 'none'
    ? 'not gated (better: none)'
    : 'its direction is unknown; set better: lower or better: higher';
}
