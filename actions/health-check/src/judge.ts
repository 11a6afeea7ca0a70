import { plain } from '@repo/core/text/untrusted';
import type { PhaseTimings } from '@repo/probe/failure';
import type { Expectation } from './expectations/expectation.ts';
import type { Evidence, Facts, Observation } from './kinds/kind.ts';
import type { AttemptState } from './retry-policy.ts';

/** What a check demands of its target. */
export interface Demands {
  /** Each has to be met. */
  readonly expect: readonly Expectation[];
  /** Missing one makes a healthy target degraded. */
  readonly degraded: readonly Expectation[];
  /** Meeting one ends the wait at once. */
  readonly failWhen: readonly Expectation[];
  /** Well is what does not answer as expected: for waiting until something is gone. */
  readonly invert?: boolean;
}

/** One attempt, judged. Reasons are clauses; text from outside in them is cut and harmless. */
export interface Judged {
  readonly state: AttemptState;
  /** Why it was not good; empty when it was. */
  readonly reasons: readonly string[];
  /** Soft expectations that were missed. */
  readonly degraded: readonly string[];
  /** Each address once, as well as the worst that was seen of it. */
  readonly addresses: readonly JudgedAddress[];
  /** Of the slowest answer, be it good or not; absent when there was none. */
  readonly phases?: PhaseTimings;
  readonly evidence: readonly Evidence[];
}

export interface JudgedAddress {
  readonly address: string;
  readonly state: AttemptState;
  readonly reason?: string;
}

/** An attempt is as good as the worst of what it saw. */
const WORST_FIRST: readonly AttemptState[] = ['terminal', 'bad', 'impossible', 'unknown', 'good'];

/** Judges the observations of one attempt. */
export function judge(
  demands: Demands,
  observations: readonly Observation[],
  /** What is known about the check besides: `attempt`, `window`. */
  shared: Facts = {},
): Judged {
  const each = observations.map((observation) => ({
    observation,
    ...judgeOne(demands, observation, shared),
  }));
  const state = worstState(each) ?? 'unknown';
  const worst = state === 'good' ? [] : each.filter((seen) => seen.state === state);
  const byAddress = Map.groupBy(each, ({ observation }) => observation.address);
  const reasons = worst.flatMap(({ observation: { address }, reasons }) =>
    reasons.map((reason) =>
      address === undefined || byAddress.size === 1 ? reason : `${address}: ${reason}`,
    ),
  );
  const phases = slowest(observations);
  return {
    state,
    reasons: unique(reasons),
    degraded: unique(each.flatMap(({ degraded }) => degraded)),
    addresses: [...byAddress].flatMap(([address, seen]) =>
      address === undefined ? [] : [judgedAddress(address, seen)],
    ),
    ...(phases !== undefined && { phases }),
    evidence: [
      ...firstEvidence(worst.map(({ observation }) => observation)),
      ...observations.flatMap(({ findings }) => findings?.() ?? []),
    ],
  };
}

/** The phases of the slowest answer, be it good or not. */
export function slowest(observations: readonly Observation[]): PhaseTimings | undefined {
  return observations
    .flatMap(({ state, phases }) => (state === 'answered' && phases !== undefined ? [phases] : []))
    .sort((a, b) => b.total - a.total)[0];
}

type JudgedOne = Pick<Judged, 'state' | 'reasons' | 'degraded'>;

function worstState(each: readonly JudgedOne[]): AttemptState | undefined {
  return WORST_FIRST.find((one) => each.some(({ state }) => state === one));
}

function judgedAddress(address: string, seen: readonly JudgedOne[]): JudgedAddress {
  const state = worstState(seen) ?? 'unknown';
  const reason = seen.find((one) => one.state === state)?.reasons[0];
  return { address, state, ...(reason !== undefined && { reason }) };
}

/** Of the first that has some: that a port is closed says less than the answer of another. */
function firstEvidence(observations: readonly Observation[]): readonly Evidence[] {
  for (const { evidence } of observations) {
    const found = evidence?.() ?? [];
    if (found.length > 0) return found;
  }
  return [];
}

function judgeOne(demands: Demands, observation: Observation, shared: Facts): JudgedOne {
  const judged = judgeUpright(demands, observation, shared);
  if (!demands.invert) return judged;
  // Without a way to it nobody can see that it is gone.
  if (observation.noRoute) return { ...judged, state: 'unknown' };
  if (judged.state === 'bad') return { state: 'good', reasons: [], degraded: [] };
  if (judged.state === 'good')
    return { state: 'bad', reasons: ['it is still there'], degraded: [] };
  return judged;
}

function judgeUpright(demands: Demands, observation: Observation, shared: Facts): JudgedOne {
  if (observation.state === 'unknown') {
    return {
      state: observation.final ? 'impossible' : 'unknown',
      reasons: [plain(observation.reason)],
      degraded: [],
    };
  }
  if (observation.state === 'failed') {
    return { state: 'bad', reasons: [plain(observation.reason)], degraded: [] };
  }
  const facts = { ...observation.facts, ...shared };
  const fatal = demands.failWhen.filter((one) => one.judge(facts).met);
  if (fatal.length > 0) {
    return {
      state: 'terminal',
      reasons: fatal.map(({ source }) => plain(`fail-when is met: ${source}`)),
      degraded: [],
    };
  }
  const missed = unmet(demands.expect, facts);
  return {
    state: missed.length === 0 ? 'good' : 'bad',
    reasons: missed,
    degraded: missed.length === 0 ? unmet(demands.degraded, facts) : [],
  };
}

function unmet(expectations: readonly Expectation[], facts: Facts): string[] {
  return expectations.flatMap((expectation) => {
    const judgement = expectation.judge(facts);
    return judgement.met ? [] : [plain(judgement.found)];
  });
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
