/** Why an attempt was ended before the peer answered. */
export type EndReason = 'timeout' | 'aborted';

/** The time limit of an attempt, and the signal that cancels it. */
export interface Bounds {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The timer and the abort listener of an attempt. Its phases share them, one after the other. */
export interface Limit {
  readonly timeoutMs: number;
  /**
   * Resolves to the first value that `start` passes to its callback, or to the result of `stop` when
   * the attempt ends. `stop` also has to release the resources of the phase.
   */
  wait<T>(start: (settle: (value: T) => void) => void, stop: (end: EndReason) => T): Promise<T>;
}

/** Runs `attempt` with a time limit and a signal, and removes the timer and listener afterwards. */
export async function within<T>(
  { timeoutMs, signal }: Bounds,
  attempt: (limit: Limit) => Promise<T>,
): Promise<T> {
  let ended: EndReason | undefined = signal.aborted ? 'aborted' : undefined;
  let onEnd: ((end: EndReason) => void) | undefined;
  const finish = (end: EndReason) => {
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
          const stopPhase = (end: EndReason) => {
            onEnd = undefined;
            resolve(stop(end));
          };
          onEnd = stopPhase;
          start((value) => {
            // A second, late event must not remove the handler of the next phase.
            if (onEnd === stopPhase) onEnd = undefined;
            resolve(value);
          });
        }),
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
