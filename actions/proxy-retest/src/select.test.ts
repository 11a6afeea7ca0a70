import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { memorySource } from './list/byte-source.ts';
import { prospectOf } from './plan.ts';
import { factsOf, type Rule, rulesFor } from './select.ts';
import { survey } from './survey.ts';

const fixture = fileURLToPath(new URL('../fixtures/proxies.json', import.meta.url));
const HOUR = 3_600_000;
const NOW = Date.parse('2025-10-25T09:30:00Z');
const LIMITS = { minHealth: 0.8, slowMs: 1_000, maxAge: 2 * HOUR };

interface Raw {
  readonly is_working: boolean;
  readonly latency: number | null;
  readonly health_score?: number;
  readonly success_rate?: number;
  readonly status?: string;
  readonly tested_at?: string;
}

/** The published rules, computed from the JSON alone. */
const PLAIN: Readonly<Record<Rule, (raw: Raw) => boolean>> = {
  failed: ({ is_working }) => !is_working,
  unstable: ({ health_score = 1, success_rate = 1, status }) =>
    health_score < 0.8 ||
    (success_rate > 1 ? success_rate / 100 : success_rate) < 0.8 ||
    status === 'unstable',
  slow: ({ latency }) => (latency ?? 0) > 1_000,
  old: ({ tested_at }) => tested_at === undefined || NOW - Date.parse(tested_at) > 2 * HOUR,
};

describe('the four rules give the sets that a plain computation gives', () => {
  const bytes = readFileSync(fixture);
  const raws: readonly Raw[] = JSON.parse(bytes.toString());

  test.each<[rule: Rule]>([['failed'], ['unstable'], ['slow'], ['old']])('%s', async (rule) => {
    const { records } = await survey(memorySource(bytes), 'proxies.json', 'auto');
    expect(records).toHaveLength(raws.length);
    const chosen = records.flatMap(({ entry, published }, index) =>
      entry && rulesFor(factsOf(published, undefined, NOW), LIMITS, NOW).includes(rule)
        ? [index]
        : [],
    );
    const expected = records.flatMap(({ entry }, index) =>
      entry && PLAIN[rule](raws[index] as Raw) ? [index] : [],
    );
    expect(chosen).toEqual(expected);
    expect(chosen.length).toBeGreaterThan(10);
    expect(chosen.length).toBeLessThan(raws.length);
  });
});

test('the rules are told in order of priority', () => {
  const facts = {
    hasFailed: true,
    health: 0.1,
    successRate: undefined,
    isMarked: false,
    latency: 5_000,
    testedAt: undefined,
  };
  expect(rulesFor(facts, LIMITS, NOW)).toEqual(['failed', 'unstable', 'slow', 'old']);
});

test('without history a proxy is unknown, neither healthy nor unstable, and old', () => {
  const facts = factsOf({}, undefined, NOW);
  expect(facts.health).toBeUndefined();
  expect(rulesFor(facts, LIMITS, NOW)).toEqual(['old']);
});

test('our own history counts more than what the list says', () => {
  const history = {
    s: 0,
    n: 3,
    status: 'dead',
    at: NOW,
    since: NOW,
    fails: 3,
    flips: 1,
    watched: HOUR,
  } as const;
  const facts = factsOf({ isWorking: true, health: 1, testedAt: NOW - 9 * HOUR }, history, NOW);
  expect(rulesFor(facts, LIMITS, NOW)).toEqual(['failed', 'unstable']);
});

test('a time that is yet to come is none: nobody rests until then', () => {
  const future = NOW + 9_000 * HOUR;
  const history = {
    s: 0,
    n: 1,
    status: 'dead',
    at: future,
    since: future,
    fails: 1,
    flips: 0,
    watched: 0,
  } as const;
  const ahead = factsOf({ isWorking: true, testedAt: future }, undefined, NOW);
  expect(rulesFor(ahead, LIMITS, NOW)).toEqual(['old']);
  const both = factsOf({ testedAt: NOW - HOUR / 2 }, history, NOW);
  expect(both.testedAt).toBe(NOW - HOUR / 2);
  const costs = { timeout: 5_000, latency: 500 };
  expect(prospectOf(factsOf({}, history, NOW), history, costs, NOW).rested).toBeGreaterThan(1);
  // The clock of another machine may be a little ahead.
  expect(factsOf({ testedAt: NOW + 60_000 }, undefined, NOW).testedAt).toBe(NOW);
});
