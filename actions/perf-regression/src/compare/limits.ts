import type { Better } from '../measurement.ts';
import type { Quantity } from '../rules/quantity.ts';
import type { Policy } from '../rules/rules.ts';
import { exceeds, fits, type Threshold } from '../rules/threshold.ts';

/** What a metric is held to: direction known, thresholds in its own unit. */
export interface Limits {
  readonly better: 'lower' | 'higher';
  readonly warn?: Threshold;
  readonly fail?: Threshold;
}

/** The severest threshold that is passed, strictly. */
export function stepOf(
  { better, warn, fail }: Limits,
  before: number,
  after: number,
): 'fail' | 'warn' | undefined {
  if (fail && exceeds(fail, before, after, better)) return 'fail';
  if (warn && exceeds(warn, before, after, better)) return 'warn';
  return undefined;
}

/** Of 0 there is no share: what came after it can be past an amount, but past no percentage. */
export function isShareOfNothing({ warn, fail }: Limits, before: number, after: number): boolean {
  return before === 0 && after !== 0 && [warn, fail].some((limit) => limit?.kind === 'relative');
}

/** Why that cannot be judged. */
export const NO_SHARE = 'the baseline is 0, of which there is no share; give an amount, such as +1';

/** Whether a metric got better by what would be a step the other way round; `scale` as in `exceeds`. */
export function isImproved(limits: Limits, before: number, after: number, scale = 1): boolean {
  const least = limits.warn ?? limits.fail;
  return least !== undefined && exceeds(least, before, after, opposite(limits.better), scale);
}

/**
 * The share of the least threshold that the near end of an interval has to pass. One half gave more
 * false alarms (`pnpm bench perf-accuracy`).
 */
export const NEAR_END = 0.7;

/** Whether `after` is worse by more than the near end of an interval has to be. */
export function bearsOut({ better, warn, fail }: Limits, before: number, after: number): boolean {
  const least = warn ?? fail;
  return least !== undefined && exceeds(least, before, after, better, NEAR_END);
}

/** The least threshold as a share of the value before. */
export function leastShare({ warn, fail }: Limits, before: number): number {
  const least = warn ?? fail;
  if (least === undefined) return 0;
  return least.kind === 'relative' ? least.share : least.quantity.amount / before;
}

function opposite(better: 'lower' | 'higher'): 'lower' | 'higher' {
  return better === 'higher' ? 'lower' : 'higher';
}

/** How a budget is broken, as a clause; `undefined` where it is kept or there is none. */
export function brokenBudget(
  { max, min }: Policy,
  value: number,
  show: (value: number) => string,
): string | undefined {
  if (max && value > max.amount)
    return `${show(value)} is more than the budget of ${show(max.amount)}`;
  if (min && value < min.amount)
    return `${show(value)} is less than the floor of ${show(min.amount)}`;
  return undefined;
}

/** The limit of a policy that is given in a unit that the metric does not have. */
export function misfit({ warn, fail, max, min }: Policy, unit: string): Quantity | undefined {
  return (
    misfitOf(warn?.kind === 'absolute' ? warn.quantity : undefined, unit) ??
    misfitOf(fail?.kind === 'absolute' ? fail.quantity : undefined, unit) ??
    misfitOf(max, unit) ??
    misfitOf(min, unit)
  );
}

function misfitOf(quantity: Quantity | undefined, unit: string): Quantity | undefined {
  return quantity === undefined || fits(quantity, unit) ? undefined : quantity;
}

/** A log ratio seen so that positive is worse. */
export function worsening(logRatio: number, better: Better): number {
  return better === 'higher' ? -logRatio : logRatio;
}
