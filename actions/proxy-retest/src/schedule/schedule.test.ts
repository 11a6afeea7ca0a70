import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History } from '../history/history.ts';
import {
  computeRestMs,
  computeValue,
  estimateTest,
  schedule,
  type TestEstimate,
} from './schedule.ts';
import type { EndpointStatus } from './selection.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-01-01T00:00:00Z');
const COSTS = { timeoutMs: 10_000, latencyMs: 1_000 };

interface Item {
  readonly name: number;
  readonly estimate: TestEstimate;
}

const items: fc.Arbitrary<readonly Item[]> = fc
  .array(
    fc.record({
      aliveChance: fc.double({ min: 0, max: 1, noNaN: true }),
      changeRate: fc.double({ min: 1e-12, max: 1e-6, noNaN: true }),
      ageMs: fc.oneof(fc.integer({ min: 0, max: 100 * HOUR }), fc.constant(Infinity)),
      costMs: fc.integer({ min: 10, max: 10_000 }),
      restRatio: fc.double({ min: 0, max: 3, noNaN: true }),
    }),
    { maxLength: 60 },
  )
  .map((estimates) => estimates.map((estimate, name) => ({ name, estimate })));

function scheduleItems(given: readonly Item[], ms: number, concurrency = 4) {
  return schedule(
    given,
    ({ estimate }) => estimate,
    { budgetMs: ms, concurrency },
    () => 0.5,
  );
}

describe('schedule', () => {
  test('schedules each due endpoint once', () => {
    fc.assert(
      fc.property(items, (given) => {
        const { order, resting } = scheduleItems(given, 60_000);
        const due = given.filter(({ estimate }) => estimate.restRatio >= 1);
        expect(new Set(order.slice(0, due.length))).toEqual(new Set(due));
        expect(new Set(order).size).toBe(order.length);
        expect(resting).toBe(given.length - order.length);
      }),
    );
  });

  test('plans only what fits into the budget', () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 100_000 }), (given, ms) => {
        const { order, planned } = scheduleItems(given, ms);
        const costMs = order
          .slice(0, planned)
          .reduce((sum, { estimate }) => sum + estimate.costMs, 0);
        expect(costMs).toBeLessThanOrEqual(ms * 4);
      }),
    );
  });

  test('schedules resting endpoints last, if the budget allows', () => {
    const estimate = {
      aliveChance: 0,
      changeRate: 1e-9,
      ageMs: HOUR,
      costMs: 10_000,
      restRatio: 1,
    };
    const given = [0.2, 0.3, 0.9, 1].map((restRatio, name) => ({
      name,
      estimate: { ...estimate, restRatio },
    }));
    const names = (ms: number) => scheduleItems(given, ms, 1).order.map(({ name }) => name);
    expect(names(60_000)).toEqual([3, 2, 1]);
    expect(names(20_000)).toEqual([3, 2]);
    expect(names(5_000)).toEqual([3]);
  });

  test('starts with the oldest test', () => {
    fc.assert(
      fc.property(items, (given) => {
        const { order } = scheduleItems(given, 60_000);
        const due = order.filter(({ estimate }) => estimate.restRatio >= 1);
        if (due.length === 0) return;
        const oldest = Math.max(...due.map(({ estimate }) => estimate.ageMs));
        expect(order[0]?.estimate.ageMs).toBe(oldest);
      }),
    );
  });

  test('tests every endpoint eventually, with any budget', () => {
    // Half of the endpoints always have a lower value than the others.
    const ages = new Map(Array.from({ length: 50 }, (_, name) => [name, 100 * HOUR + name]));
    const tested = new Set<number>();
    for (let run = 0; run < 50; run++) {
      const given = [...ages].map(([name, ageMs]) => ({
        name,
        estimate: {
          aliveChance: 1,
          changeRate: name < 25 ? 1e-5 : 1e-12,
          ageMs,
          costMs: name < 25 ? 10 : 10_000,
          restRatio: 1,
        },
      }));
      const [first] = scheduleItems(given, 1, 1).order;
      if (first) {
        tested.add(first.name);
        ages.set(first.name, 0);
      }
      for (const [name, ageMs] of ages) ages.set(name, ageMs + HOUR);
    }
    expect(tested.size).toBe(50);
  });

  test('orders endpoints by value after the oldest one', () => {
    const estimate = { aliveChance: 1, changeRate: 1e-7, ageMs: HOUR, costMs: 100, restRatio: 1 };
    const given = [
      { name: 0, estimate: { ...estimate, ageMs: 2 * HOUR, costMs: 9_000 } },
      { name: 1, estimate },
      { name: 2, estimate: { ...estimate, costMs: 50 } },
      { name: 3, estimate: { ...estimate, changeRate: 1e-6 } },
    ];
    expect(scheduleItems(given, 60_000).order.map(({ name }) => name)).toEqual([0, 3, 2, 1]);
    expect(computeValue(estimate)).toBeCloseTo((1 - Math.exp(-1e-7 * HOUR)) / 100, 12);
  });
});

describe('estimateTest', () => {
  const status: EndpointStatus = {
    hasFailed: false,
    health: undefined,
    successRate: undefined,
    isMarked: false,
    latencyMs: 200,
    testedAt: NOW - HOUR,
  };
  const history: History = {
    s: 1,
    n: 2,
    status: 'dead',
    at: NOW - HOUR,
    since: NOW - 30 * HOUR,
    fails: 3,
    flips: 4,
    observedMs: 24 * HOUR,
  };

  test('doubles the rest of dead endpoints up to 7 days', () => {
    const never = 1e-15;
    expect([1, 2, 3, 10].map((fails) => computeRestMs(fails, never) / HOUR)).toEqual([
      1, 2, 4, 168,
    ]);
    const dead = { ...status, hasFailed: true };
    expect(estimateTest(dead, history, COSTS, NOW).restRatio).toBeCloseTo(1 / 4, 10);
    expect(estimateTest(dead, history, COSTS, NOW + 3 * HOUR).restRatio).toBeCloseTo(1, 10);
    expect(estimateTest(status, undefined, COSTS, NOW).restRatio).toBeGreaterThan(1);
  });

  test('limits the rest to half of the time between changes', () => {
    expect(computeRestMs(9, 2 / (24 * HOUR)) / HOUR).toBeCloseTo(6, 10);
  });

  test('weights latency and timeout by the chance of an answer', () => {
    const { aliveChance, costMs } = estimateTest(status, history, COSTS, NOW);
    expect(costMs).toBeCloseTo(aliveChance * 200 + (1 - aliveChance) * 10_000, 6);
  });

  test('treats an untested endpoint as infinitely old', () => {
    const { testedAt: _, ...never } = status;
    const { ageMs, aliveChance } = estimateTest(
      { ...never, testedAt: undefined },
      undefined,
      COSTS,
      NOW,
    );
    expect(ageMs).toBe(Number.POSITIVE_INFINITY);
    expect(aliveChance).toBe(0.5);
  });

  test('estimates the change rate from a prior and the history', () => {
    const calm = estimateTest(status, undefined, COSTS, NOW).changeRate;
    expect(calm).toBeCloseTo(1 / (24 * HOUR), 12);
    expect(estimateTest(status, history, COSTS, NOW).changeRate).toBeCloseTo(5 / (48 * HOUR), 12);
  });
});
