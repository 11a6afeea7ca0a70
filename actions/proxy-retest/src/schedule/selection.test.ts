import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../list/byte-source.ts';
import { readList } from '../list/list.ts';
import { estimateTest } from './schedule.ts';
import { getStatus, matchRules, type SelectionRule } from './selection.ts';

const fixture = fileURLToPath(new URL('../../fixtures/proxies.json', import.meta.url));
const HOUR = 3_600_000;
const NOW = Date.parse('2025-10-25T09:30:00Z');
const LIMITS = { minHealth: 0.8, slowLatencyMs: 1_000, maxAgeMs: 2 * HOUR };

interface Raw {
  readonly is_working: boolean;
  readonly latency: number | null;
  readonly health_score?: number;
  readonly success_rate?: number;
  readonly status?: string;
  readonly tested_at?: string;
}

/** The rules, computed independently from the JSON. */
const EXPECTED: Readonly<Record<SelectionRule, (raw: Raw) => boolean>> = {
  failed: ({ is_working }) => !is_working,
  unstable: ({ health_score = 1, success_rate = 1, status }) =>
    health_score < 0.8 ||
    (success_rate > 1 ? success_rate / 100 : success_rate) < 0.8 ||
    status === 'unstable',
  slow: ({ latency }) => (latency ?? 0) > 1_000,
  old: ({ tested_at }) => tested_at === undefined || NOW - Date.parse(tested_at) > 2 * HOUR,
};

describe('matchRules selects the same records as an independent computation', () => {
  const bytes = readFileSync(fixture);
  const raws: readonly Raw[] = JSON.parse(bytes.toString());

  test.each<[rule: SelectionRule]>([['failed'], ['unstable'], ['slow'], ['old']])(
    '%s',
    async (rule) => {
      const { records } = await readList(memorySource(bytes), 'proxies.json', 'auto');
      expect(records).toHaveLength(raws.length);
      const chosen = records.flatMap(({ entry, published }, index) =>
        entry && matchRules(getStatus(published, undefined, NOW), LIMITS, NOW).includes(rule)
          ? [index]
          : [],
      );
      const expected = records.flatMap(({ entry }, index) =>
        entry && EXPECTED[rule](raws[index] as Raw) ? [index] : [],
      );
      expect(chosen).toEqual(expected);
      expect(chosen.length).toBeGreaterThan(10);
      expect(chosen.length).toBeLessThan(raws.length);
    },
  );
});

test('returns the rules in order of priority', () => {
  const status = {
    hasFailed: true,
    health: 0.1,
    successRate: undefined,
    isMarked: false,
    latencyMs: 5_000,
    testedAt: undefined,
  };
  expect(matchRules(status, LIMITS, NOW)).toEqual(['failed', 'unstable', 'slow', 'old']);
});

test('treats an endpoint without history as old, not as unstable', () => {
  const status = getStatus({}, undefined, NOW);
  expect(status.health).toBeUndefined();
  expect(matchRules(status, LIMITS, NOW)).toEqual(['old']);
});

test('prefers the history over the list', () => {
  const history = {
    s: 0,
    n: 3,
    status: 'dead',
    at: NOW,
    since: NOW,
    fails: 3,
    flips: 1,
    observedMs: HOUR,
  } as const;
  const status = getStatus({ isWorking: true, health: 1, testedAt: NOW - 9 * HOUR }, history, NOW);
  expect(matchRules(status, LIMITS, NOW)).toEqual(['failed', 'unstable']);
});

test('ignores test timestamps in the future', () => {
  const future = NOW + 9_000 * HOUR;
  const history = {
    s: 0,
    n: 1,
    status: 'dead',
    at: future,
    since: future,
    fails: 1,
    flips: 0,
    observedMs: 0,
  } as const;
  const ahead = getStatus({ isWorking: true, testedAt: future }, undefined, NOW);
  expect(matchRules(ahead, LIMITS, NOW)).toEqual(['old']);
  const both = getStatus({ testedAt: NOW - HOUR / 2 }, history, NOW);
  expect(both.testedAt).toBe(NOW - HOUR / 2);
  const costs = { timeoutMs: 5_000, latencyMs: 500 };
  expect(estimateTest(getStatus({}, history, NOW), history, costs, NOW).restRatio).toBeGreaterThan(
    1,
  );
  // The clock of another machine may be a little ahead.
  expect(getStatus({ testedAt: NOW + 60_000 }, undefined, NOW).testedAt).toBe(NOW);
});
