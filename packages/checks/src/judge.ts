import { plain } from '@repo/core/text/untrusted';
import type { PhaseTimings } from '@repo/probe/failure';
import type { Expectation } from './expectations/expectation.ts';
import type { Facts } from './facts.ts';
import type { Evidence, Observation } from './kinds/observation.ts';

/** What a check expects of its target. */
export interface Expectations {
  /** All of them have to be met. */
  readonly expect: readonly Expectation[];
  /** A healthy target that misses one of them is degraded. */
  readonly degraded: readonly Expectation[];
  /** If one of them is met, the check ends at once as unhealthy. */
  readonly failWhen: readonly Expectation[];
  /** A target that does not answer as expected is healthy: to wait until something is removed. */
  readonly invert?: boolean;
}

/** The result of one attempt. */
export type AttemptState =
  | 'healthy'
  | 'unhealthy'
  /** Unhealthy, and more attempts cannot change it. */
  | 'terminal'
  /** The target could not be judged. Another attempt may succeed. */
  | 'unknown'
  /** The target cannot be judged in this attempt or a later one. */
  | 'impossible';

/** One attempt with its result. Reasons are clauses; untrusted text in them is escaped and cut. */
export interface JudgedAttempt {
  readonly state: AttemptState;
  /** Why the attempt was not healthy; empty if it was. */
  readonly reasons: readonly string[];
  /** The `degraded` expectations that were missed. */
  readonly degraded: readonly string[];
  /** Each address once, with the worst state of its observations. */
  readonly addresses: readonly JudgedAddress[];
  /** Of the slowest answer, healthy or not; absent without an answer. */
  readonly phases?: PhaseTimings;
  readonly evidence: readonly Evidence[];
}

export interface JudgedAddress {
  readonly address: string;
  readonly state: AttemptState;
  readonly reason?: string;
}

/** The worst observation decides the state of an attempt. */
const WORST_FIRST: readonly AttemptState[] = [
  'terminal',
  'unhealthy',
  'impossible',
  'unknown',
  'healthy',
];

/**
 * Judges the observations of one attempt.
 *
 * @param sharedFacts facts about the check itself: `attempt`, `window`
 */
export function judge(
  expectations: Expectations,
  observations: readonly Observation[],
  sharedFacts: Facts = {},
): JudgedAttempt {
  const judged = observations.map((observation) => ({
    observation,
    ...judgeObservation(expectations, observation, sharedFacts),
  }));
  const state = getWorstState(judged) ?? 'unknown';
  const worst = state === 'healthy' ? [] : judged.filter((one) => one.state === state);
  const byAddress = Map.groupBy(judged, ({ observation }) => observation.address);
  const reasons = worst.flatMap(({ observation: { address }, reasons }) =>
    reasons.map((reason) =>
      address === undefined || byAddress.size === 1 ? reason : `${address}: ${reason}`,
    ),
  );
  const phases = getSlowestPhases(observations);
  return {
    state,
    reasons: unique(reasons),
    degraded: unique(judged.flatMap(({ degraded }) => degraded)),
    addresses: [...byAddress].flatMap(([address, results]) =>
      address === undefined ? [] : [judgeAddress(address, results)],
    ),
    ...(phases !== undefined && { phases }),
    evidence: [
      ...getFirstEvidence(worst.map(({ observation }) => observation)),
      ...observations.flatMap(({ findings }) => findings?.() ?? []),
    ],
  };
}

/** The phases of the slowest answer, healthy or not. */
export function getSlowestPhases(observations: readonly Observation[]): PhaseTimings | undefined {
  return observations
    .flatMap(({ state, phases }) => (state === 'answered' && phases !== undefined ? [phases] : []))
    .sort((a, b) => b.total - a.total)[0];
}

type JudgedObservation = Pick<JudgedAttempt, 'state' | 'reasons' | 'degraded'>;

function getWorstState(judged: readonly JudgedObservation[]): AttemptState | undefined {
  return WORST_FIRST.find((worst) => judged.some(({ state }) => state === worst));
}

function judgeAddress(address: string, judged: readonly JudgedObservation[]): JudgedAddress {
  const state = getWorstState(judged) ?? 'unknown';
  const reason = judged.find((one) => one.state === state)?.reasons[0];
  return { address, state, ...(reason !== undefined && { reason }) };
}

/** The evidence of the first observation that has any. A closed port has none, an answer does. */
function getFirstEvidence(observations: readonly Observation[]): readonly Evidence[] {
  for (const observation of observations) {
    const evidence = observation.evidence?.() ?? [];
    if (evidence.length > 0) return evidence;
  }
  return [];
}

function judgeObservation(
  expectations: Expectations,
  observation: Observation,
  sharedFacts: Facts,
): JudgedObservation {
  const judged = invert(
    expectations,
    observation,
    judgeAsIs(expectations, observation, sharedFacts),
  );
  const { proxy } = observation;
  if (proxy === undefined) return judged;
  const nameProxy = (reason: string) => `${reason}, through the proxy ${plain(proxy)}`;
  return {
    ...judged,
    reasons: judged.reasons.map(nameProxy),
    degraded: judged.degraded.map(nameProxy),
  };
}

function invert(
  expectations: Expectations,
  observation: Observation,
  judged: JudgedObservation,
): JudgedObservation {
  if (!expectations.invert) return judged;
  // Without a route, the target could still be running.
  if (observation.noRoute) return { ...judged, state: 'unknown' };
  if (judged.state === 'unhealthy') return { state: 'healthy', reasons: [], degraded: [] };
  if (judged.state === 'healthy') {
    return { state: 'unhealthy', reasons: ['the target still answers'], degraded: [] };
  }
  return judged;
}

function judgeAsIs(
  expectations: Expectations,
  observation: Observation,
  sharedFacts: Facts,
): JudgedObservation {
  if (observation.state === 'unknown') {
    return {
      state: observation.final ? 'impossible' : 'unknown',
      reasons: [plain(observation.reason)],
      degraded: [],
    };
  }
  if (observation.state === 'failed') {
    return { state: 'unhealthy', reasons: [plain(observation.reason)], degraded: [] };
  }
  const facts = { ...observation.facts, ...sharedFacts };
  const fatal = expectations.failWhen.filter((one) => one.judge(facts).met);
  if (fatal.length > 0) {
    return {
      state: 'terminal',
      reasons: fatal.map(({ source }) => plain(`fail-when is met: ${source}`)),
      degraded: [],
    };
  }
  const unmet = findUnmet(expectations.expect, facts);
  return {
    state: unmet.length === 0 ? 'healthy' : 'unhealthy',
    reasons: unmet,
    degraded: unmet.length === 0 ? findUnmet(expectations.degraded, facts) : [],
  };
}

function findUnmet(expectations: readonly Expectation[], facts: Facts): string[] {
  return expectations.flatMap((expectation) => {
    const judgement = expectation.judge(facts);
    return judgement.met ? [] : [plain(judgement.found)];
  });
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
