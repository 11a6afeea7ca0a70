import { formatChange } from '../format-value.ts';
import type { Better } from '../measurement.ts';
import type { Quantity } from '../rules/quantity.ts';
import type { Policy } from '../rules/rules.ts';
import { exceeds, isUnitCompatible, type Threshold } from '../rules/threshold.ts';

/** The thresholds of a metric with a known direction, in the unit of the metric. */
export interface Limits {
  readonly better: 'lower' | 'higher';
  readonly warn?: Threshold;
  readonly fail?: Threshold;
}

/** The severest threshold that the change exceeds. */
export function findExceededThreshold(
  { better, warn, fail }: Limits,
  before: number,
  after: number,
): 'fail' | 'warn' | undefined {
  if (fail && exceeds(fail, before, after, better)) return 'fail';
  if (warn && exceeds(warn, before, after, better)) return 'warn';
  return undefined;
}

/** `worse by more than 20%` */
export function describeExceeded(limits: Limits, exceeded: 'fail' | 'warn'): string {
  return `worse by more than ${limits[exceeded]?.text.replace(/^\+ ?/, '')}`;
}

/** `95% CI +35.5% to +44.6%`; the ends are ratios, and too few samples have none. */
export function describeInterval(low: number, high: number, alpha: number): string {
  const confidence = Number(((1 - alpha) * 100).toFixed(3));
  return low > 0
    ? `${confidence}% CI ${formatChange(low)} to ${formatChange(high)}`
    : `unbounded ${confidence}% CI`;
}

/** Whether a percentage would have to be computed of a baseline of 0. */
export function isRelativeToZero({ warn, fail }: Limits, before: number, after: number): boolean {
  return before === 0 && after !== 0 && [warn, fail].some((limit) => limit?.kind === 'relative');
}

export const RELATIVE_TO_ZERO =
  'the baseline is 0, so a percentage cannot be computed; set an amount, such as +1';

/** Whether a metric improved by more than the lowest threshold; `scale` as in `exceeds`. */
export function isImproved(limits: Limits, before: number, after: number, scale = 1): boolean {
  const lowest = limits.warn ?? limits.fail;
  const opposite = limits.better === 'higher' ? 'lower' : 'higher';
  return lowest !== undefined && exceeds(lowest, before, after, opposite, scale);
}

/**
 * The share of the lowest threshold that the near end of an interval has to exceed. A share of one
 * half gave more false alarms (`pnpm bench perf-accuracy`).
 */
export const NEAR_END = 0.7;

/** Whether the near end of an interval confirms that the lowest threshold is exceeded. */
export function isConfirmed({ better, warn, fail }: Limits, before: number, near: number): boolean {
  const lowest = warn ?? fail;
  return lowest !== undefined && exceeds(lowest, before, near, better, NEAR_END);
}

/** The lowest threshold as a ratio of the value before. */
export function lowestThresholdRatio({ warn, fail }: Limits, before: number): number {
  const lowest = warn ?? fail;
  if (lowest === undefined) return 0;
  return lowest.kind === 'relative' ? lowest.ratio : lowest.quantity.amount / before;
}

/** A clause about the budget that a value exceeds; `undefined` if it is within its budget. */
export function describeExceededBudget(
  { max, min }: Policy,
  value: number,
  format: (value: number) => string,
): string | undefined {
  if (max && value > max.amount) {
    return `${format(value)} is more than the maximum of ${format(max.amount)}`;
  }
  if (min && value < min.amount) {
    return `${format(value)} is less than the minimum of ${format(min.amount)}`;
  }
  return undefined;
}

/** The first limit of a policy whose unit is not comparable with that of the metric. */
export function findUnitMismatch({ warn, fail, max, min }: Policy, unit: string) {
  const limits: readonly (Quantity | undefined)[] = [
    warn?.kind === 'absolute' ? warn.quantity : undefined,
    fail?.kind === 'absolute' ? fail.quantity : undefined,
    max,
    min,
  ];
  return limits.find((limit) => limit !== undefined && !isUnitCompatible(limit, unit));
}

/** Orients a log ratio so that a positive value is worse. */
export function worsening(logRatio: number, better: Better): number {
  return better === 'higher' ? -logRatio : logRatio;
}
