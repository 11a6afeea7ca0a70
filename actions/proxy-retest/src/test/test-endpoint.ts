import type { Finding } from '../history/history.ts';
import type { Attempt } from './attempt.ts';
import type { Control } from './control.ts';
import { isItsFault, type TestFailure } from './failure.ts';
import type { Target } from './target.ts';

/** A failed attempt, with when it was made, on the monotonic clock. */
interface Failed {
  readonly target: Target;
  readonly since: number;
  readonly until: number;
  readonly failure: TestFailure;
}

/** What testing an endpoint gave, before the targets have been asked again. */
export type Tested =
  | { readonly state: 'settled'; readonly finding: Finding }
  | { readonly state: 'failed'; readonly at: number; readonly failures: readonly Failed[] }
  /** It was stopped, and is as if it had not begun. */
  | { readonly state: 'stopped' };

export interface TestSettings {
  readonly attempts: number;
  readonly control: Pick<Control, 'up'>;
  readonly clock: { readonly now: () => number; readonly monotonic: () => number };
}

/**
 * Tries the endpoint on one target after the other, until it answers.
 *
 * @param ask makes the attempt of this number, from 0
 * @param turn which target comes first
 */
export async function testEndpoint(
  ask: (target: Target, attempt: number) => Promise<Attempt>,
  turn: number,
  { attempts, control, clock }: TestSettings,
): Promise<Tested> {
  const failures: Failed[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const targets = control.up();
    const target = targets[(turn + attempt) % targets.length];
    if (target === undefined) {
      return settled({ state: 'void', at: clock.now(), message: 'no target answers' });
    }
    const since = clock.monotonic();
    const answer = await ask(target, attempt);
    if (answer.ok) {
      const { ms, address } = answer;
      return settled({ state: 'alive', at: clock.now(), latency: ms, address });
    }
    const { failure } = answer;
    if (failure.kind === 'aborted') return { state: 'stopped' };
    if (!isItsFault(failure)) return settled(notJudged(failure, clock.now()));
    failures.push({ target, since, until: clock.monotonic(), failure });
  }
  return { state: 'failed', at: clock.now(), failures };
}

/**
 * What the failures say, once the targets have been asked again: those on a target that did not
 * answer directly either are not the endpoint's.
 */
export function judgeFailures(
  { at, failures }: Extract<Tested, { state: 'failed' }>,
  { vouches }: Pick<Control, 'vouches'>,
): Finding {
  const own = failures.filter(({ target, since, until }) => vouches(target, since, until));
  const last = own.at(-1);
  if (last === undefined) {
    return { state: 'void', at, message: 'the targets did not answer directly either' };
  }
  const { phase, kind, message } = last.failure;
  const targets = [...new Set(own.map(({ target }) => target.url.href))];
  return { state: 'failed', at, phase, kind, message, targets };
}

function settled(finding: Finding): Tested {
  return { state: 'settled', finding };
}

function notJudged({ kind, message }: TestFailure, at: number): Finding {
  return kind === 'address-refused' || kind === 'config-invalid'
    ? { state: 'skipped', at, kind, message }
    : { state: 'void', at, message };
}
