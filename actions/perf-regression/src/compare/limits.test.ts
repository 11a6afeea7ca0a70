import { expect, test } from 'vitest';
import { threshold } from '../rules/threshold.ts';
import {
  bearsOut,
  brokenBudget,
  isImproved,
  leastShare,
  misfit,
  NEAR_END,
  stepOf,
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
] as const)('%d → %d is the step %s', (before, after, step) => {
  expect(stepOf(both, before, after)).toBe(step);
  // The same the other way round, where more is better.
  expect(stepOf({ ...both, better: 'higher' }, before, 2 * before - after)).toBe(step);
});

test('where only one threshold is given, only that is a step', () => {
  expect(stepOf({ better: 'lower', fail: at('20%') }, 100, 115)).toBeUndefined();
  expect(stepOf({ better: 'lower', warn: at('10%') }, 100, 900)).toBe('warn');
  expect(stepOf({ better: 'lower' }, 1, 900)).toBeUndefined();
});

test('better is what would be a step the other way round', () => {
  expect([90, 89].map((after) => isImproved(both, 100, after))).toEqual([false, true]);
  expect(isImproved({ better: 'higher', fail: at('+5') }, 100, 106)).toBe(true);
  expect(isImproved({ better: 'lower' }, 100, 1)).toBe(false);
});

test('the near end of an interval has to pass a part of the least threshold', () => {
  const edge = 100 * (1 + 0.1 * NEAR_END);
  expect(bearsOut(both, 100, edge)).toBe(false);
  expect(bearsOut(both, 100, edge + 0.1)).toBe(true);
  expect(bearsOut({ better: 'lower' }, 100, 900)).toBe(false);
});

test('the least threshold as a share', () => {
  expect(leastShare(both, 100)).toBe(0.1);
  expect(leastShare({ better: 'lower', fail: at('+50B') }, 200)).toBe(0.25);
  expect(leastShare({ better: 'lower' }, 200)).toBe(0);
});

test('a budget is kept at its value, and broken past it', () => {
  const policy = { exact: false, max: { amount: 10, unit: 'ns' }, min: { amount: 2, unit: 'ns' } };
  const told = (value: number) => brokenBudget(policy, value, (shown) => `${shown} ns`);
  expect([2, 10].map(told)).toEqual([undefined, undefined]);
  expect(told(10.1)).toBe('10.1 ns is more than the budget of 10 ns');
  expect(told(1.9)).toBe('1.9 ns is less than the floor of 2 ns');
  expect(brokenBudget({ exact: false }, 1e9, String)).toBeUndefined();
});

test('a limit in a unit that the metric does not have is found, whichever it is', () => {
  const bytes = { amount: 1, unit: 'B' };
  const absolute = { kind: 'absolute', quantity: bytes, text: '+1B' } as const;
  for (const policy of [{ warn: absolute }, { fail: absolute }, { max: bytes }, { min: bytes }]) {
    expect(misfit({ exact: false, ...policy }, 'ns')).toEqual(bytes);
    expect(misfit({ exact: false, ...policy }, 'B')).toBeUndefined();
  }
  expect(misfit({ exact: false, warn: at('10%') }, 'ns')).toBeUndefined();
});

test('a log ratio seen so that positive is worse', () => {
  expect([worsening(0.5, 'lower'), worsening(0.5, 'higher')]).toEqual([0.5, -0.5]);
});
