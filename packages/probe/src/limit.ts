/** Why an attempt was ended from our side. */
export type End = 'timeout' | 'aborted';

/** How long something may take and what can stop it earlier. */
export interface Bounds {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The one timer and the one abort listener of an attempt; its phases wait under it in turn. */
export interface Limit {
  readonly timeoutMs: number;
  /**
   * A promise of whatever `start` hands to its callback first, or of what `stop` makes of the end
   * of the attempt. `stop` also has to free what the phase holds.
   */
  wait<T>(start: (settle: (value: T) => void) => void, stop: (end: End) => T): Promise<T>;
}

/** Runs `attempt` under one time limit and one signal, and lets go of both afterwards. */
export async function within<T>(
  { timeoutMs, signal }: Bounds,
  attempt: (limit: Limit) => Promise<T>,
): Promise<T> {
  let ended: End | undefined = signal.aborted ? 'aborted' : undefined;
  let onEnd: ((end: End) => void) | undefined;
  const finish = (end: End) => {
    ended ??= end;
    onEnd?.(ended);
  };
  const abort = () => finish('aborted');
  const timer = setTimeout(finish, timeoutMs, 'timeout');
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await attempt({
      timeoutMs,
      wait: (start, stop) =>
        new Promise((resolve) => {
          if (ended) return resolve(stop(ended));
          const mine = (end: End) => {
            onEnd = undefined;
            resolve(stop(end));
          };
          onEnd = mine;
          start((value) => {
            // A second, late event must not take the end away from the phase that came after.
            if (onEnd === mine) onEnd = undefined;
            resolve(value);
          });
        }),
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
