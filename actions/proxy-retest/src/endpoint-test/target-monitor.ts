import type { Clock } from '@repo/core/process/clock';
import type { Target } from './target.ts';

/** Whether a target answers without a proxy. */
export type IsAvailable = (target: Target, signal: AbortSignal) => Promise<boolean>;

/** Checks the targets directly: an endpoint cannot be judged by a target that is down. */
export interface TargetMonitor {
  /** The targets that answered the last check. */
  readonly available: () => readonly Target[];
  /** Checks all targets now. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  /**
   * Whether the target answered every check from the last one before `from` to the first one after
   * `to`.
   */
  readonly wasAvailable: (target: Target, from: number, to: number) => boolean;
}

interface Check {
  readonly at: number;
  readonly isUp: boolean;
}

export function createTargetMonitor(
  targets: readonly Target[],
  isAvailable: IsAvailable,
  clock: Pick<Clock, 'monotonic'>,
): TargetMonitor {
  const checks = new Map<Target, Check[]>(targets.map((target) => [target, []]));
  return {
    available: () => targets.filter((target) => checks.get(target)?.at(-1)?.isUp ?? false),
    check: async (signal) => {
      const at = clock.monotonic();
      await Promise.all(
        targets.map(async (target) => {
          const isUp = await isAvailable(target, signal);
          // An interrupted check has no result.
          if (!signal.aborted) checks.get(target)?.push({ at, isUp });
        }),
      );
    },
    wasAvailable: (target, from, to) => {
      const all = checks.get(target) ?? [];
      const before = all.findLast(({ at }) => at <= from);
      const after = all.find(({ at }) => at >= to);
      const between = all.filter(({ at }) => at > from && at < to);
      return [before, after, ...between].every((check) => check?.isUp === true);
    },
  };
}

/** For `check-targets: false`: treats all targets as available. */
export function withoutMonitoring(targets: readonly Target[]): TargetMonitor {
  return {
    available: () => targets,
    check: async () => {},
    wasAvailable: () => true,
  };
}
