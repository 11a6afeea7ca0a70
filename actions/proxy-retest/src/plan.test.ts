import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History } from './history/history.ts';
import { type Prospect, plan, prospectOf, restAfter, worth } from './plan.ts';
import type { Facts } from './select.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-01-01T00:00:00Z');
const COSTS = { timeout: 10_000, latency: 1_000 };

interface Item {
  readonly name: number;
  readonly prospect: Prospect;
}

const items: fc.Arbitrary<readonly Item[]> = fc
  .array(
    fc.record({
      chance: fc.double({ min: 0, max: 1, noNaN: true }),
      rate: fc.double({ min: 1e-12, max: 1e-6, noNaN: true }),
      age: fc.oneof(fc.integer({ min: 0, max: 100 * HOUR }), fc.constant(Infinity)),
      cost: fc.integer({ min: 10, max: 10_000 }),
      rested: fc.double({ min: 0, max: 3, noNaN: true }),
    }),
    { maxLength: 60 },
  )
  .map((prospects) => prospects.map((prospect, name) => ({ name, prospect })));

function planOf(given: readonly Item[], ms: number, concurrency = 4) {
  return plan(
    given,
    ({ prospect }) => prospect,
    { ms, concurrency },
    () => 0.5,
  );
}

describe('the planner', () => {
  test('orders each one that is due, once', () => {
    fc.assert(
      fc.property(items, (given) => {
        const { order, resting } = planOf(given, 60_000);
        const due = given.filter(({ prospect }) => prospect.rested >= 1);
        expect(new Set(order.slice(0, due.length))).toEqual(new Set(due));
        expect(new Set(order).size).toBe(order.length);
        expect(resting).toBe(given.length - order.length);
      }),
    );
  });

  test('what it plans fits into the budget', () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 100_000 }), (given, ms) => {
        const { order, planned } = planOf(given, ms);
        const cost = order.slice(0, planned).reduce((sum, { prospect }) => sum + prospect.cost, 0);
        expect(cost).toBeLessThanOrEqual(ms * 4);
      }),
    );
  });

  test('the dead that are not due come last, as far as there is room', () => {
    const prospect = { chance: 0, rate: 1e-9, age: HOUR, cost: 10_000, rested: 1 };
    const given = [0.2, 0.3, 0.9, 1].map((rested, name) => ({
      name,
      prospect: { ...prospect, rested },
    }));
    const names = (ms: number) => planOf(given, ms, 1).order.map(({ name }) => name);
    expect(names(60_000)).toEqual([3, 2, 1]);
    expect(names(20_000)).toEqual([3, 2]);
    expect(names(5_000)).toEqual([3]);
  });

  test('a tenth of what is spent goes to the oldest, from the first on', () => {
    fc.assert(
      fc.property(items, (given) => {
        const { order } = planOf(given, 60_000);
        const due = order.filter(({ prospect }) => prospect.rested >= 1);
        if (due.length === 0) return;
        const oldest = Math.max(...due.map(({ prospect }) => prospect.age));
        expect(order[0]?.prospect.age).toBe(oldest);
      }),
    );
  });

  test('no endpoint starves: with any budget, the oldest is tested in the next run', () => {
    // Endpoints that promise nothing, among ones that always promise more.
    const ages = new Map(Array.from({ length: 50 }, (_, name) => [name, 100 * HOUR + name]));
    const tested = new Set<number>();
    for (let run = 0; run < 50; run++) {
      const given = [...ages].map(([name, age]) => ({
        name,
        prospect: {
          chance: 1,
          rate: name < 25 ? 1e-5 : 1e-12,
          age,
          cost: name < 25 ? 10 : 10_000,
          rested: 1,
        },
      }));
      const [first] = planOf(given, 1, 1).order;
      if (first) {
        tested.add(first.name);
        ages.set(first.name, 0);
      }
      for (const [name, age] of ages) ages.set(name, age + HOUR);
    }
    expect(tested.size).toBe(50);
  });

  test('more expected change for the cost comes first, after the oldest', () => {
    const prospect = { chance: 1, rate: 1e-7, age: HOUR, cost: 100, rested: 1 };
    const given = [
      { name: 0, prospect: { ...prospect, age: 2 * HOUR, cost: 9_000 } },
      { name: 1, prospect },
      { name: 2, prospect: { ...prospect, cost: 50 } },
      { name: 3, prospect: { ...prospect, rate: 1e-6 } },
    ];
    expect(planOf(given, 60_000).order.map(({ name }) => name)).toEqual([0, 3, 2, 1]);
    expect(worth(prospect)).toBeCloseTo((1 - Math.exp(-1e-7 * HOUR)) / 100, 12);
  });
});

describe('what a test promises and costs', () => {
  const facts: Facts = {
    hasFailed: false,
    health: undefined,
    successRate: undefined,
    isMarked: false,
    latency: 200,
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
    watched: 24 * HOUR,
  };

  test('the dead rest 1 h · 2^k, at most 7 days', () => {
    const never = 1e-15;
    expect([1, 2, 3, 10].map((fails) => restAfter(fails, never) / HOUR)).toEqual([1, 2, 4, 168]);
    const dead = { ...facts, hasFailed: true };
    expect(prospectOf(dead, history, COSTS, NOW).rested).toBeCloseTo(1 / 4, 10);
    expect(prospectOf(dead, history, COSTS, NOW + 3 * HOUR).rested).toBeCloseTo(1, 10);
    expect(prospectOf(facts, undefined, COSTS, NOW).rested).toBeGreaterThan(1);
  });

  test('one that comes back twice a day is not left alone for longer than six hours', () => {
    expect(restAfter(9, 2 / (24 * HOUR)) / HOUR).toBeCloseTo(6, 10);
  });

  test('cost = p·latency + (1−p)·timeout', () => {
    const { chance, cost } = prospectOf(facts, history, COSTS, NOW);
    expect(cost).toBeCloseTo(chance * 200 + (1 - chance) * 10_000, 6);
  });

  test('what was never tested is older than everything', () => {
    const { testedAt: _, ...never } = facts;
    const { age, chance } = prospectOf({ ...never, testedAt: undefined }, undefined, COSTS, NOW);
    expect(age).toBe(Number.POSITIVE_INFINITY);
    expect(chance).toBe(0.5);
  });

  test('how often it changed is the rate, once there is something to go by', () => {
    const calm = prospectOf(facts, undefined, COSTS, NOW).rate;
    expect(calm).toBeCloseTo(1 / (24 * HOUR), 12);
    expect(prospectOf(facts, history, COSTS, NOW).rate).toBeCloseTo(5 / (48 * HOUR), 12);
  });
});
