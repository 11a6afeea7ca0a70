/** A fake of core's clock: time advances only when no promise is pending. */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since the clock was created. */
  monotonic(): number;
  /** Resolves at the fake time; rejects with the reason of the signal when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** The duration of every sleep, in order of their start. */
  readonly slept: readonly number[];
  /** Advances the clock by `ms` milliseconds and wakes the sleepers of that time in order. */
  advance(ms: number): Promise<void>;
}

export interface FakeClockOptions {
  /** Epoch milliseconds; 2026-01-01T00:00:00Z by default. */
  readonly start?: number;
  /**
   * `auto` (the default): when no promise can continue, time jumps to the first sleeper. It does
   * not see pending network and disk operations, so a timeout for one of them fires immediately.
   * Use `manual` for these: time advances only by `advance`.
   */
  readonly pass?: 'auto' | 'manual';
}

/** Creates a clock with virtual time. */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  const { start = Date.UTC(2026, 0, 1), pass = 'auto' } = options;
  const sleepers = new Set<Sleeper>();
  const slept: number[] = [];
  let elapsed = 0;
  let scheduled = false;

  const wakeNext = (until: number): boolean => {
    const next = findEarliest(sleepers);
    if (next === undefined || next.at > until) return false;
    elapsed = Math.max(elapsed, next.at);
    sleepers.delete(next);
    next.wake();
    return true;
  };

  // An immediate runs after all promises that can continue.
  const schedule = () => {
    if (scheduled || pass === 'manual') return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (wakeNext(Number.POSITIVE_INFINITY) && sleepers.size > 0) schedule();
    });
  };

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    slept,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        };
        const sleeper = { at: elapsed + Math.max(0, ms), wake };
        slept.push(ms);
        sleepers.add(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
        schedule();
      }),
    async advance(ms) {
      const until = elapsed + ms;
      do await new Promise(setImmediate);
      while (wakeNext(until));
      elapsed = Math.max(elapsed, until);
    },
  };
}

interface Sleeper {
  /** Milliseconds since the clock was created. */
  readonly at: number;
  readonly wake: () => void;
}

/** Returns the earliest sleeper. Of two with the same time, the first that was added. */
function findEarliest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) {
    if (first === undefined || sleeper.at < first.at) first = sleeper;
  }
  return first;
}
