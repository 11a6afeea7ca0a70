import type { Facts } from './facts.ts';
import { type Expectations, type JudgedAttempt, judge } from './judge.ts';
import type { AttemptContext, Target } from './kinds/kind.ts';
import type { Observation } from './kinds/observation.ts';
import { redactSecrets } from './redact-secrets.ts';

/** A target and what is expected of it: everything that one attempt needs. */
export interface TargetCheck {
  /** For logs and reports, without credentials. */
  readonly target: string;
  /** Values that must not appear in any output. */
  readonly secrets: readonly string[];
  readonly expectations: Expectations;
  /** The variables that the expectations read. */
  readonly reads: ReadonlySet<string>;
  readonly attempt: Target['attempt'];
}

export function createTargetCheck(
  { description, secrets, attempt }: Target,
  expectations: Expectations,
): TargetCheck {
  const { expect, degraded, failWhen } = expectations;
  return {
    target: description,
    secrets,
    expectations,
    reads: new Set([...expect, ...degraded, ...failWhen].flatMap(({ reads }) => reads)),
    attempt,
  };
}

/** Runs one attempt and judges it. The result does not contain the secrets of the target. */
export async function runAttempt(
  { attempt, expectations, reads, secrets }: Omit<TargetCheck, 'target'>,
  context: Omit<AttemptContext, 'reads' | 'suffices'>,
  getSharedFacts: (observations: readonly Observation[]) => Facts = () => ({}),
): Promise<JudgedAttempt> {
  const judgeAll = (observations: readonly Observation[]) =>
    judge(expectations, observations, getSharedFacts(observations));
  const observations = await attempt({
    ...context,
    reads,
    suffices: (observation) => judgeAll([observation]).state === 'healthy',
  });
  return redactSecrets(judgeAll(observations), secrets);
}
