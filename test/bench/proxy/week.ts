import type { History, TestResult } from '../../../actions/proxy-retest/src/history/history.ts';
import { updateHistory } from '../../../actions/proxy-retest/src/history/history.ts';
import { estimateTest, schedule } from '../../../actions/proxy-retest/src/schedule/schedule.ts';
import { getStatus } from '../../../actions/proxy-retest/src/schedule/selection.ts';

const HOUR = 3_600_000;
const HOURS = 7 * 24;
const COSTS = { timeoutMs: 10_000, latencyMs: 1_000 };
const START = Date.parse('2026-01-01T00:00:00Z');

/** The real state of an endpoint, which strategies do not see. */
interface Truth {
  readonly id: number;
  isAlive: boolean;
  /** Changes per hour. */
  readonly flipRate: number;
  /** ms */
  readonly latency: number;
}

/** The order in which a strategy tests endpoints. */
export type Strategy = (
  known: ReadonlyMap<number, History>,
  ids: readonly number[],
  now: number,
  random: () => number,
  budgetMs: number,
) => readonly number[];

export const STRATEGIES: Readonly<Record<string, Strategy>> = {
  'proxy-retest': (known, ids, now, random, budgetMs) =>
    schedule(
      ids,
      (id) => estimateTest(getStatus({}, known.get(id), now), known.get(id), COSTS, now),
      { budgetMs, concurrency: 1 },
      random,
    ).order,
  'oldest first': (known, ids, _now, random) =>
    shuffled(ids, random).sort((a, b) => (known.get(a)?.at ?? 0) - (known.get(b)?.at ?? 0)),
  random: (_known, ids, _now, random) => shuffled(ids, random),
};

export interface Week {
  /** Share of endpoints whose listed state is correct over the week, from 0 to 1. */
  readonly accuracy: number;
  /** Share of endpoints listed as alive that are alive. */
  readonly precision: number;
  /** Longest time between two tests of an endpoint, hours. */
  readonly longestWait: number;
  readonly testsPerRun: number;
}

/**
 * A week of hourly runs with the same budget. A third of the endpoints change about twice a day, the
 * others once in ten days; a fifth are always dead. The first run tests all endpoints.
 */
export function simulate(
  strategy: Strategy,
  endpoints: number,
  budgetMs: number,
  random: () => number,
): Week {
  const truths = Array.from({ length: endpoints }, (_, id): Truth => {
    const kind = random();
    return {
      id,
      isAlive: kind > 0.2 && random() < 0.7,
      flipRate: kind < 0.2 ? 0 : kind < 0.5 ? 2 / 24 : 0.1 / 24,
      latency: 150 + 1_500 * random() ** 2,
    };
  });
  const known = new Map<number, History>();
  for (const truth of truths) test(known, truth, START);
  const ids = truths.map(({ id }) => id);
  let right = 0;
  let published = 0;
  let publishedAlive = 0;
  let tests = 0;
  let longestWait = 0;
  for (let hour = 1; hour <= HOURS; hour++) {
    const now = START + hour * HOUR;
    for (const truth of truths) {
      if (random() < 1 - Math.exp(-truth.flipRate)) truth.isAlive = !truth.isAlive;
    }
    let spent = 0;
    for (const id of strategy(known, ids, now, random, budgetMs)) {
      const truth = truths[id] as Truth;
      const cost = truth.isAlive ? truth.latency : COSTS.timeoutMs;
      if (spent + cost > budgetMs) break;
      spent += cost;
      tests++;
      longestWait = Math.max(longestWait, now - (known.get(id)?.at ?? START));
      test(known, truth, now);
    }
    for (const { id, isAlive } of truths) {
      const saysAlive = known.get(id)?.status === 'alive';
      if (saysAlive === isAlive) right++;
      if (saysAlive) published++;
      if (saysAlive && isAlive) publishedAlive++;
    }
  }
  const end = START + HOURS * HOUR;
  for (const history of known.values()) longestWait = Math.max(longestWait, end - history.at);
  return {
    accuracy: right / (HOURS * endpoints),
    precision: publishedAlive / published,
    longestWait: longestWait / HOUR,
    testsPerRun: tests / HOURS,
  };
}

function test(known: Map<number, History>, { id, isAlive, latency }: Truth, at: number): void {
  const result: TestResult = isAlive
    ? { state: 'alive', at, latency, address: '' }
    : {
        state: 'failed',
        at,
        phase: 'tcp',
        kind: 'timeout',
        message: '',
        targets: ['one', 'other'],
      };
  const after = updateHistory(known.get(id), result);
  if (after) known.set(id, after);
}

function shuffled(ids: readonly number[], random: () => number): number[] {
  const keyed = ids.map((id) => ({ id, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ id }) => id);
}

/** Approximate time in ms to test all endpoints once. */
export function fullCost(endpoints: number): number {
  return endpoints * (0.55 * 650 + 0.45 * COSTS.timeoutMs);
}
