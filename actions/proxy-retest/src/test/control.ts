import type { Clock } from '@repo/core/process/clock';
import type { Target } from './target.ts';

/** Whether a target answers without any proxy. */
export type AskDirectly = (target: Target, signal: AbortSignal) => Promise<boolean>;

/** Watches the targets: who fails with them cannot be judged by them. */
export interface Control {
  /** The targets that answered when they were asked last. */
  readonly up: () => readonly Target[];
  /** Asks all of them now. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** Whether the target answered both the last time before `since` and the first time after `until`. */
  readonly vouches: (target: Target, since: number, until: number) => boolean;
  /** When all were asked last, on the monotonic clock. */
  readonly lastCheck: () => number;
}

interface Sighting {
  readonly at: number;
  readonly isUp: boolean;
}

/** Asks the targets directly, as often as it is told to. */
export function control(
  targets: readonly Target[],
  ask: AskDirectly,
  clock: Pick<Clock, 'monotonic'>,
): Control {
  const sightings = new Map<Target, Sighting[]>(targets.map((target) => [target, []]));
  let last = Number.NEGATIVE_INFINITY;
  return {
    up: () => targets.filter((target) => sightings.get(target)?.at(-1)?.isUp ?? false),
    check: async (signal) => {
      const begun = clock.monotonic();
      await Promise.all(
        targets.map(async (target) => {
          const isUp = await ask(target, signal);
          // Who was interrupted has said nothing.
          if (!signal.aborted) sightings.get(target)?.push({ at: begun, isUp });
        }),
      );
      last = begun;
    },
    vouches: (target, since, until) => {
      const seen = sightings.get(target) ?? [];
      const before = seen.findLast(({ at }) => at <= since);
      const after = seen.find(({ at }) => at >= until);
      const between = seen.filter(({ at }) => at > since && at < until);
      return [before, after, ...between].every((one) => one?.isUp === true);
    },
    lastCheck: () => last,
  };
}

/** For who does not want the targets to be asked directly: they are taken at their word. */
export function noControl(targets: readonly Target[]): Control {
  return {
    up: () => targets,
    check: async () => {},
    vouches: () => true,
    lastCheck: () => Number.POSITIVE_INFINITY,
  };
}
