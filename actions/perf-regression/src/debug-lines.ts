import { describeBaseline } from './baseline.ts';
import type { MetricResult } from './compare/metric-result.ts';
import type { Settings } from './compare/settings.ts';
import type { Context } from './context.ts';
import { formatChange, formatMetric, formatValue } from './format-value.ts';
import type { Plan } from './plan.ts';
import type { Survey } from './survey.ts';

/** Logs what the run compares, and where the outcome goes, to the debug log. */
export function debugPlan(
  { baseline, rules }: Survey,
  { publish, record, accepted }: Plan,
  { action: { log }, series }: Context,
): void {
  log.debug(() => `baseline: ${describeBaseline(baseline, series.environment)}`);
  log.debug(`rules: ${rules.length}; accepted by label: ${accepted ? 'yes' : 'no'}`);
  log.debug(`publish: ${publish}; record: ${record ? 'yes' : 'no'}`);
}

/** `Parse time: fail, +50.0%, worse by more than 30%; rule: fail above 30%, warn above 10%` */
export function describeRow(row: MetricResult, { policyFor }: Settings): string {
  const { fail, warn, max, min } = policyFor(row);
  const change = row.adjusted ?? row.ratio;
  const limits = [
    ...(fail ? [`fail above ${fail.text}`] : []),
    ...(warn ? [`warn above ${warn.text}`] : []),
    ...(max ? [`max ${formatValue(max.amount, max.unit)}`] : []),
    ...(min ? [`min ${formatValue(min.amount, min.unit)}`] : []),
  ];
  const parts = [
    row.state,
    ...(change === undefined ? [] : [formatChange(change)]),
    row.reason,
    `by ${row.method}`,
  ];
  const name = [row.benchmark, formatMetric(row)].filter((part) => part !== '').join(' ');
  return `${name}: ${parts.join(', ')}; rule: ${limits.join(', ') || 'none'}`;
}
