import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesBy } from '../changes.ts';
import type { Finding, History } from '../history/history.ts';
import { memorySource } from '../list/byte-source.ts';
import type { RunFacts } from '../run-facts.ts';
import { survey } from '../survey.ts';
import { countRun } from './numbers.ts';

const NOW = 1_800_000_000_000;

const alive = (latency = 10): Finding => ({ state: 'alive', at: NOW, latency, address: '' });
const failed = (...targets: string[]): Finding => ({
  ...{ state: 'failed', at: NOW, phase: 'tcp', kind: 'refused', message: 'refused' },
  targets,
});
const DEAD = failed('one.example', 'two.example');
const UNSURE = failed('one.example');
const VOID: Finding = { state: 'void', at: NOW, message: 'no target answered' };
const SKIPPED: Finding = { state: 'skipped', at: NOW, kind: 'address-refused', message: 'private' };

const known = (status: 'alive' | 'dead'): History => ({
  ...{ status, at: NOW - 1, since: NOW - 1, fails: status === 'dead' ? 1 : 0, flips: 0 },
  ...{ s: 0, n: 1, watched: 1 },
});

interface Told {
  readonly histories?: readonly (History | undefined)[];
  /** How many were to be tested. */
  readonly due?: number;
  /** Records beside those of the findings. */
  readonly others?: readonly object[];
}

/** A run over a list whose n-th endpoint has the n-th finding. */
async function facts(
  findings: readonly Finding[],
  { histories = [], due, others = [] }: Told = {},
): Promise<RunFacts> {
  const records = findings.map((_, index) => ({ config: `http://h${index}:80` }));
  const text = JSON.stringify([...records, ...others]);
  const found = await survey(memorySource(Buffer.from(text)), 'proxies.json', 'json');
  const of = <T>(values: readonly (T | undefined)[]) =>
    new Map(
      values.flatMap((value, index) => {
        const id = found.entries[index]?.id;
        return value === undefined || id === undefined ? [] : [[id, value] as const];
      }),
    );
  const choice = due === undefined ? undefined : choiceOf(due, found.entries[0]);
  return {
    ...{ mode: 'retest', found, choice, changes: changesBy(of(findings), of(histories)) },
    ...{ resumed: 0, guard: undefined, changed: false, stopReason: 'done', list: '', state: '' },
    ...{ brokenState: 0, notes: [], durationMs: 0 },
  };
}

function choiceOf<T>(due: number, entry: T | undefined) {
  const order = entry === undefined ? [] : Array.from({ length: due }, () => entry);
  const byRule = { failed: 0, unstable: 0, slow: 0, old: 0 };
  return { order, planned: Math.min(due, 3), resting: 0, selected: due, byRule };
}

test('each is counted by what was found out of it', async () => {
  const findings = [alive(), alive(), DEAD, UNSURE, UNSURE, VOID, SKIPPED, SKIPPED, SKIPPED];
  expect(countRun(await facts(findings))).toMatchObject({
    ...{ total: 9, tested: 5, alive: 2, unsure: 2, void: 1, skipped: 3, invalid: 0 },
    planned: 0,
  });
});

test('died and revived go by what was known before', async () => {
  const findings = [DEAD, DEAD, alive(), alive(), alive(), UNSURE];
  const [wasAlive, wasDead] = [known('alive'), known('dead')];
  const histories = [wasAlive, wasDead, wasAlive, wasDead, undefined, wasAlive];
  const { died, revived } = countRun(await facts(findings, { histories }));
  expect({ died, revived }).toEqual({ died: 1, revived: 1 });
});

test('what the list says counts where nothing else is known', async () => {
  const { found, ...rest } = await facts([alive(), DEAD]);
  const entries = found.entries.map((entry) => ({ ...entry, published: { isWorking: false } }));
  const { died, revived } = countRun({ ...rest, found: { ...found, entries } });
  expect({ died, revived }).toEqual({ died: 0, revived: 1 });
});

test('a list has its bad records and its repeated ones, too', async () => {
  const others = [{ config: 'broken' }, { config: 'http://h0:80#again' }];
  const { total, invalid, alive: answered } = countRun(await facts([alive()], { others }));
  expect([total, invalid, answered]).toEqual([3, 1, 1]);
});

describe('coverage, of those that were selected and due', () => {
  test.each([
    [2, 2, 100],
    [1, 3, 33.3],
    [2, 3, 66.7],
    [0, 3, 0],
    [0, 0, 100],
  ])('%i of %i: %f %%', async (tested, due, coverage) => {
    const findings = Array.from({ length: tested }, () => alive());
    // One more stands in the list, so that it names an endpoint in any case.
    const run = await facts(findings, { due, others: [{ config: 'http://other:80' }] });
    expect(countRun(run).coverage).toBe(coverage);
  });

  test('what a run that was stopped found out adds nothing past 100', async () => {
    expect(countRun(await facts([alive(), alive(), VOID], { due: 2 })).coverage).toBe(100);
  });

  test('without a choice, as when shards are joined, it is whole', async () => {
    expect(countRun(await facts([alive()])).coverage).toBe(100);
    expect(countRun(await facts([alive()], { due: 9 })).planned).toBe(3);
  });
});

describe('latencies', () => {
  test('there are none where nothing answered', async () => {
    const { p50, p95 } = countRun(await facts([DEAD, VOID]));
    expect([p50, p95]).toEqual([undefined, undefined]);
  });

  test('nearest rank: of twenty the tenth and the nineteenth, in any order', async () => {
    const shuffled = Array.from({ length: 20 }, (_, index) => alive(((index * 7) % 20) + 1));
    const { p50, p95 } = countRun(await facts(shuffled));
    expect([p50, p95]).toEqual([10, 19]);
  });

  test('they are rounded to 0.1 ms, and are as many as those that answered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 1, maxLength: 30 }),
        async (latencies) => {
          const { p50, p95 } = countRun(await facts([...latencies.map(alive), DEAD]));
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
