import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { computeChanges } from './history/changes.ts';
import type { History, TestResult } from './history/history.ts';
import { memorySource } from './list/byte-source.ts';
import { readList } from './list/list.ts';
import { computeRunStats, type RunStats } from './run-stats.ts';

const NOW = 1_800_000_000_000;

const alive = (latency = 10): TestResult => ({ state: 'alive', at: NOW, latency, address: '' });
const failed = (...targets: string[]): TestResult => ({
  ...{ state: 'failed', at: NOW, phase: 'tcp', kind: 'refused', message: 'refused' },
  targets,
});
const DEAD = failed('one.example', 'two.example');
const UNCONFIRMED = failed('one.example');
const INCONCLUSIVE: TestResult = { state: 'inconclusive', at: NOW, message: 'no target answered' };
const SKIPPED: TestResult = {
  state: 'skipped',
  at: NOW,
  kind: 'address-refused',
  message: 'private',
};

const known = (status: 'alive' | 'dead'): History => ({
  ...{ status, at: NOW - 1, since: NOW - 1, fails: status === 'dead' ? 1 : 0, flips: 0 },
  ...{ s: 0, n: 1, observedMs: 1 },
});

interface RunOptions {
  readonly histories?: readonly (History | undefined)[];
  /** The number of endpoints in the plan. */
  readonly due?: number;
  /** Records in addition to those of the results. */
  readonly others?: readonly object[];
}

/** A run over a list whose n-th endpoint has the n-th result. */
async function createRun(
  results: readonly TestResult[],
  { histories = [], due, others = [] }: RunOptions = {},
) {
  const records = results.map((_, index) => ({ config: `http://h${index}:80` }));
  const text = JSON.stringify([...records, ...others]);
  const list = await readList(memorySource(Buffer.from(text)), 'proxies.json', 'json');
  const byId = <T>(values: readonly (T | undefined)[]) =>
    new Map(
      values.flatMap((value, index) => {
        const id = list.entries[index]?.id;
        return value === undefined || id === undefined ? [] : [[id, value] as const];
      }),
    );
  const planned = due === undefined ? undefined : createPlan(due, list.entries[0]);
  return { list, planned, changes: computeChanges(byId(results), byId(histories)) };
}

function createPlan<T>(due: number, entry: T | undefined) {
  const order = entry === undefined ? [] : Array.from({ length: due }, () => entry);
  const byRule = { failed: 0, unstable: 0, slow: 0, old: 0 };
  return { order, planned: Math.min(due, 3), resting: 0, selected: due, byRule };
}

async function statsOf(...run: Parameters<typeof createRun>): Promise<RunStats> {
  const { list, planned, changes } = await createRun(...run);
  return computeRunStats(list, planned, changes);
}

test('counts the results by state', async () => {
  const results = [
    alive(),
    alive(),
    DEAD,
    UNCONFIRMED,
    UNCONFIRMED,
    INCONCLUSIVE,
    SKIPPED,
    SKIPPED,
    SKIPPED,
  ];
  expect(await statsOf(results)).toMatchObject({
    ...{ total: 9, tested: 5, alive: 2, unconfirmed: 2, inconclusive: 1, skipped: 3, invalid: 0 },
    planned: 0,
  });
});

test('counts died and revived endpoints by their history', async () => {
  const results = [DEAD, DEAD, alive(), alive(), alive(), UNCONFIRMED];
  const [wasAlive, wasDead] = [known('alive'), known('dead')];
  const histories = [wasAlive, wasDead, wasAlive, wasDead, undefined, wasAlive];
  const { died, revived } = await statsOf(results, { histories });
  expect({ died, revived }).toEqual({ died: 1, revived: 1 });
});

test('uses the published status without a history', async () => {
  const { list, planned, changes } = await createRun([alive(), DEAD]);
  const entries = list.entries.map((entry) => ({ ...entry, published: { isWorking: false } }));
  const { died, revived } = computeRunStats({ ...list, entries }, planned, changes);
  expect({ died, revived }).toEqual({ died: 0, revived: 1 });
});

test('counts invalid and duplicate records', async () => {
  const others = [{ config: 'broken' }, { config: 'http://h0:80#again' }];
  const { total, invalid, alive: answered } = await statsOf([alive()], { others });
  expect([total, invalid, answered]).toEqual([3, 1, 1]);
});

describe('coverage', () => {
  test.each([
    [2, 2, 100],
    [1, 3, 33.3],
    [2, 3, 66.7],
    [0, 3, 0],
    [0, 0, 100],
  ])('%i of %i: %f%%', async (tested, due, coverage) => {
    const results = Array.from({ length: tested }, () => alive());
    // The list needs an endpoint even without results.
    const others = [{ config: 'http://other:80' }];
    expect((await statsOf(results, { due, others })).coverage).toBe(coverage);
  });

  test('does not exceed 100% with the results of an interrupted run', async () => {
    expect((await statsOf([alive(), alive(), INCONCLUSIVE], { due: 2 })).coverage).toBe(100);
  });

  test('is 100% without a plan', async () => {
    expect((await statsOf([alive()])).coverage).toBe(100);
    expect((await statsOf([alive()], { due: 9 })).planned).toBe(3);
  });
});

describe('latencies', () => {
  test('are undefined without an answer', async () => {
    const { p50, p95 } = await statsOf([DEAD, INCONCLUSIVE]);
    expect([p50, p95]).toEqual([undefined, undefined]);
  });

  test('are percentiles by nearest rank', async () => {
    const shuffled = Array.from({ length: 20 }, (_, index) => alive(((index * 7) % 20) + 1));
    const { p50, p95 } = await statsOf(shuffled);
    expect([p50, p95]).toEqual([10, 19]);
  });

  test('are rounded to 0.1 ms', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 30 }),
        async (latencies) => {
          const { p50, p95 } = await statsOf([...latencies.map(alive), DEAD]);
          const near = (value?: number) =>
            latencies.some((one) => Math.abs(one - (value ?? Number.NaN)) <= 0.0501);
          expect(near(p50) && near(p95)).toBe(true);
          expect(p50).toBeLessThanOrEqual(p95 ?? Number.NaN);
          const atMost = (limit = 0) => latencies.filter((one) => one <= limit + 0.0501).length;
          expect(atMost(p50)).toBeGreaterThanOrEqual(latencies.length * 0.5);
          expect(atMost(p95)).toBeGreaterThanOrEqual(latencies.length * 0.95);
        },
      ),
    );
  });
});
