import { formatValue } from '../format-value.ts';
import type { Measurement } from '../measurement.ts';
import type { Policy } from '../rules/rules.ts';
import type { Judged } from './judged.ts';
import { brokenBudget, type Limits, misfit } from './limits.ts';

/** Either a verdict that needs no comparison, or what a comparison is held to. */
export type Frame =
  | { readonly kind: 'judged'; readonly judged: Judged }
  | { readonly kind: 'open'; readonly base: Base; readonly limits: Limits };

/** What every row of the result says. */
export type Base = Pick<
  Judged,
  'benchmark' | 'metric' | 'unit' | 'better' | 'before' | 'after' | 'ratio'
>;

export function baseOf(measurement: Measurement, policy: Policy): Base {
  const { benchmark, metric, unit, better, centre } = measurement;
  return { benchmark, metric, unit, better: policy.better ?? better, after: centre };
}

/** Judges what can be without looking at the baseline: budgets, directions, units. */
export function frame(after: Measurement, policy: Policy, before?: number): Frame {
  const own = baseOf(after, policy);
  const base: Base =
    before === undefined
      ? own
      : before === 0
        ? { ...own, before }
        : { ...own, before, ratio: after.centre / before };
  const judged = (state: Judged['state'], method: Judged['method'], reason: string): Frame => ({
    kind: 'judged',
    judged: { ...base, state, method, reason },
  });
  const wrong = misfit(policy, after.unit);
  if (wrong !== undefined) {
    const has = after.unit === '' ? 'no unit' : `the unit ${after.unit}`;
    return judged(
      'unknown',
      'none',
      `a limit is given in ${wrong.unit}, but the metric has ${has}`,
    );
  }
  const broken = brokenBudget(policy, after.centre, (value) => formatValue(value, after.unit));
  if (broken !== undefined) return judged('fail', 'budget', broken);
  const kept = policy.max !== undefined || policy.min !== undefined;
  if (base.better === 'none' || base.better === 'unknown') {
    return kept
      ? judged('unchanged', 'budget', 'within its budget')
      : judged('not-gated', 'none', notGated(base.better));
  }
  if (before === undefined) {
    return kept
      ? judged('unchanged', 'budget', 'within its budget')
      : judged('new', 'none', 'there is nothing to compare it with yet');
  }
  const { warn, fail } = policy;
  return {
    kind: 'open',
    base,
    limits: { better: base.better, ...(warn && { warn }), ...(fail && { fail }) },
  };
}

function notGated(better: 'none' | 'unknown'): string {
  return better === 'none'
    ? 'is not gated (better: none)'
    : 'it is not known whether more is better; say better: lower or higher';
}
