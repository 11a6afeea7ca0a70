/** A fake of core's clock: time passes only when nobody has anything else to do. */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since the clock was made. */
  monotonic(): number;
  /** Resolves when the fake time has come; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** The milliseconds of every sleep that began, in order. */
  readonly slept: readonly number[];
  /** Lets `ms` milliseconds pass, and wakes on the way, in order, whoever's time has come. */
  advance(ms: number): Promise<void>;
}

export interface FakeClockOptions {
  /** Epoch milliseconds; 2026-01-01T00:00:00Z unless told. */
  readonly start?: number;
  /**
   * `auto` (unless told): as soon as no promise is left to go on with, time jumps to the first
   * sleeper. Network and disk are not promises that it sees: where a sleep races with one (as a
   * timeout does), the sleep wins at once. There, take `manual`: time passes by `advance` alone.
   */
  readonly pass?: 'auto' | 'manual';
}

/** Makes a clock with virtual time. */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  const { start = Date.UTC(2026, 0, 1), pass = 'auto' } = options;
  const sleepers = new Set<Sleeper>();
  const slept: number[] = [];
  let elapsed = 0;
  let scheduled = false;

  const wakeNext = (until: number): boolean => {
    const next = earliest(sleepers);
    if (next === undefined || next.at > until) return false;
    elapsed = Math.max(elapsed, next.at);
    sleepers.delete(next);
    next.wake();
    return true;
  };

  // An immediate comes after all promises that can go on by themselves.
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
  /** In milliseconds since the clock was made. */
  readonly at: number;
  readonly wake: () => void;
}

/** A set keeps the order of insertion: of two with the same time the one who lay down first. */
function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) {
    if (first === undefined || sleeper.at < first.at) first = sleeper;
  }
  return first;
}
