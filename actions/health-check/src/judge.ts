import { plain } from '@repo/core/untrusted';
import type { PhaseTimings } from '@repo/probe/failure';
import type { Expectation } from './expectations/expectation.ts';
import type { Evidence, Facts, Observation } from './kinds/kind.ts';
import type { AttemptState } from './policy.ts';

/** What a check demands of its target. */
export interface Demands {
  /** Each has to be met. */
  readonly expect: readonly Expectation[];
  /** Missing one makes a healthy target degraded. */
  readonly degraded: readonly Expectation[];
  /** Meeting one ends the wait at once. */
  readonly failWhen: readonly Expectation[];
}

/** One attempt, judged. Reasons are clauses that may hold text from outside. */
export interface Judged {
  readonly state: AttemptState;
  /** Why it was not good; empty when it was. */
  readonly reasons: readonly string[];
  /** Soft expectations that were missed. */
  readonly degraded: readonly string[];
  /** Whether the target answered at all, well or not. */
  readonly answered: boolean;
  readonly addresses: readonly JudgedAddress[];
  /** Of the slowest address; absent when none was reached. */
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
  const state = WORST_FIRST.find((one) => each.some((seen) => seen.state === one)) ?? 'unknown';
  const worst = each.filter((seen) => seen.state === state);
  const several = new Set(observations.map(({ address }) => address)).size > 1;
  const slowest = each
    .map(({ observation }) => observation.phases)
    .filter((phases) => phases !== undefined)
    .sort((a, b) => b.total - a.total)[0];
  return {
    state,
    reasons: unique(
      state === 'good'
        ? []
        : worst.flatMap(({ observation, reasons }) =>
            reasons.map((reason) => (several ? `${observation.address}: ${reason}` : reason)),
          ),
    ),
    degraded: unique(each.flatMap(({ degraded }) => degraded)),
    answered: observations.some((observation) => observation.state === 'answered'),
    addresses: each.flatMap(({ observation: { address }, state: one, reasons: [reason] }) =>
      address === undefined
        ? []
        : [{ address, state: one, ...(reason !== undefined && { reason }) }],
    ),
    ...(slowest !== undefined && { phases: slowest }),
    evidence: state === 'good' ? [] : (worst[0]?.observation.evidence?.() ?? []),
  };
}

function judgeOne(
  demands: Demands,
  observation: Observation,
  shared: Facts,
): Pick<Judged, 'state' | 'reasons' | 'degraded'> {
  if (observation.state === 'unknown') {
    return {
      state: observation.final ? 'impossible' : 'unknown',
      reasons: [observation.reason],
      degraded: [],
    };
  }
  if (observation.state === 'failed') {
    return { state: 'bad', reasons: [observation.reason], degraded: [] };
  }
  const facts = { ...observation.facts, ...shared };
  const fatal = demands.failWhen.filter((one) => one.judge(facts).met);
  if (fatal.length > 0) {
    return {
      state: 'terminal',
      reasons: fatal.map(({ source }) => `fail-when is met: ${source}`),
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
