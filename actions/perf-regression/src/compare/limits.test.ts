import { expect, test } from 'vitest';
import { threshold } from '../rules/threshold.ts';
import {
  describeExceededBudget,
  findExceededThreshold,
  findUnitMismatch,
  isConfirmed,
  isImproved,
  lowestThresholdRatio,
  NEAR_END,
  worsening,
} from './limits.ts';

const at = (text: string) => threshold().parse(text);
const both = { better: 'lower', warn: at('10%'), fail: at('20%') } as const;

test.each([
  [100, 110, undefined],
  [100, 111, 'warn'],
  [100, 120, 'warn'],
  [100, 121, 'fail'],
  [100, 50, undefined],
] as const)('%d → %d exceeds the threshold %s', (before, after, exceeded) => {
  expect(findExceededThreshold(both, before, after)).toBe(exceeded);
  // The mirrored change of a metric with better: higher.
  expect(findExceededThreshold({ ...both, better: 'higher' }, before, 2 * before - after)).toBe(
    exceeded,
  );
});

test('uses the only threshold that is set', () => {
  expect(findExceededThreshold({ better: 'lower', fail: at('20%') }, 100, 115)).toBeUndefined();
  expect(findExceededThreshold({ better: 'lower', warn: at('10%') }, 100, 900)).toBe('warn');
  expect(findExceededThreshold({ better: 'lower' }, 1, 900)).toBeUndefined();
});

test('an improvement exceeds the lowest threshold in the other direction', () => {
  expect([90, 89].map((after) => isImproved(both, 100, after))).toEqual([false, true]);
  expect(isImproved({ better: 'higher', fail: at('+5') }, 100, 106)).toBe(true);
  expect(isImproved({ better: 'lower' }, 100, 1)).toBe(false);
});

test('the near end of an interval must exceed a share of the lowest threshold', () => {
  const edge = 100 * (1 + 0.1 * NEAR_END);
  expect(isConfirmed(both, 100, edge)).toBe(false);
  expect(isConfirmed(both, 100, edge + 0.1)).toBe(true);
  expect(isConfirmed({ better: 'lower' }, 100, 900)).toBe(false);
});

test('converts the lowest threshold to a ratio', () => {
  expect(lowestThresholdRatio(both, 100)).toBe(0.1);
  expect(lowestThresholdRatio({ better: 'lower', fail: at('+50B') }, 200)).toBe(0.25);
  expect(lowestThresholdRatio({ better: 'lower' }, 200)).toBe(0);
});

test('a budget is exceeded only beyond its value', () => {
  const policy = { exact: false, max: { amount: 10, unit: 'ns' }, min: { amount: 2, unit: 'ns' } };
  const describeBudget = (value: number) =>
    describeExceededBudget(policy, value, (shown) => `${shown} ns`);
  expect([2, 10].map(describeBudget)).toEqual([undefined, undefined]);
  expect(describeBudget(10.1)).toBe('10.1 ns is more than the maximum of 10 ns');
  expect(describeBudget(1.9)).toBe('1.9 ns is less than the minimum of 2 ns');
  expect(describeExceededBudget({ exact: false }, 1e9, String)).toBeUndefined();
});

test('finds any limit whose unit differs from that of the metric', () => {
  const bytes = { amount: 1, unit: 'B' };
  const absolute = { kind: 'absolute', quantity: bytes, text: '+1B' } as const;
  for (const policy of [{ warn: absolute }, { fail: absolute }, { max: bytes }, { min: bytes }]) {
    expect(findUnitMismatch({ exact: false, ...policy }, 'ns')).toEqual(bytes);
    expect(findUnitMismatch({ exact: false, ...policy }, 'B')).toBeUndefined();
  }
  expect(findUnitMismatch({ exact: false, warn: at('10%') }, 'ns')).toBeUndefined();
});

test('orients a log ratio so that positive is worse', () => {
  expect([worsening(0.5, 'lower'), worsening(0.5, 'higher')]).toEqual([0.5, -0.5]);
});
