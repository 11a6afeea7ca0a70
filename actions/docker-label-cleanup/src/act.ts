import type { Log } from '@repo/core/action/log';
import { describeError } from '@repo/core/errors/describe-error';
import { type Slots, slots } from '@repo/core/process/slots';
import { carryOut, type Ports, type Result, whyStopped } from './carry-out.ts';
import type { Policy, Step } from './plan.ts';
import { type Kind, keyOf, type World } from './subject.ts';

export interface Work {
  readonly policy: Policy;
  readonly self: World['self'];
  /** Most removals at a time; of networks as many besides. */
  readonly concurrency: number;
  /**
   * Where only as much is removed as is needed: why it is enough now, `undefined` as long as it is
   * not. Asked before each step, which then come one after the other.
   */
  readonly enough?: () => Promise<string | undefined>;
}

/**
 * Carries out the steps side by side, each when all that use its subject are gone. What became of
 * each, by its key; one that fails stops none that does not need it.
 */
export async function act(
  steps: readonly Step[],
  { policy, self, concurrency, enough }: Work,
  ports: Ports & { readonly log: Log },
): Promise<ReadonlyMap<string, Result>> {
  const shared = slots(concurrency);
  // Networks, which take longest, shall not queue behind what they do not wait for.
  const bounded = {
    container: shared,
    image: shared,
    network: slots(concurrency),
    volume: shared,
  } satisfies Record<Kind, Slots>;
  const results = new Map<string, Promise<Result>>();
  const names = new Map(steps.map(({ subject }) => [keyOf(subject), subject]));

  const inOrder = async (step: Step): Promise<Result> => {
    for (const key of step.after) {
      const kind = (await results.get(key))?.kind;
      if (kind !== 'removed' && kind !== 'gone') {
        const user = names.get(key);
        return { kind: 'in-use', by: user ? `${user.kind} ${user.name}` : key };
      }
    }
    return bounded[step.subject.kind].take(async () => {
      if (ports.signal.aborted) return { kind: 'failed', why: whyStopped(ports.signal) };
      try {
        const why = await enough?.();
        if (why !== undefined) return { kind: 'spared', why };
      } catch (error) {
        return { kind: 'failed', why: describeError(error) };
      }
      const result = await carryOut(step, policy, self, ports);
      ports.log.info(`${result.kind} ${step.subject.kind} ${step.subject.name}`);
      return result;
    });
  };

  // The steps are in order: what one waits for has begun before it.
  for (const step of steps) {
    const result = inOrder(step);
    results.set(keyOf(step.subject), result);
    if (enough) await result;
  }
  const settled = await Promise.all(
    [...results].map(async ([key, result]) => [key, await result] as const),
  );
  return new Map(settled);
}
