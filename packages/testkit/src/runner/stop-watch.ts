/** When to cancel a running action: at a line of its log, after a time, or by a signal. */
export type Cancel =
  | { readonly when: RegExp }
  | { readonly afterMs: number }
  | { readonly signal: AbortSignal };

/** The reason for stopping a process. */
export type StopReason = 'cancelled' | 'timed out';

/** Decides when a step must stop. */
export interface StopWatch {
  readonly signal: AbortSignal;
  /** Call this with each line of the log. */
  onLine(line: string): void;
  /** `undefined` until the step must stop. */
  reason(): StopReason | undefined;
  dispose(): void;
}

/** Starts watching; `timeoutMs` is the `timeout-minutes` of the step. */
export function watchForStop(timeoutMs: number, cancel: Cancel | undefined): StopWatch {
  const controller = new AbortController();
  let reason: StopReason | undefined;
  const stop = (stopReason: StopReason): void => {
    reason ??= stopReason;
    controller.abort();
  };
  const disposed = new AbortController();
  const timers = [setTimeout(() => stop('timed out'), timeoutMs)];
  if (cancel && 'afterMs' in cancel) {
    timers.push(setTimeout(() => stop('cancelled'), cancel.afterMs));
  }
  if (cancel && 'signal' in cancel) {
    if (cancel.signal.aborted) stop('cancelled');
    cancel.signal.addEventListener('abort', () => stop('cancelled'), { signal: disposed.signal });
  }
  return {
    signal: controller.signal,
    onLine(line) {
      if (cancel && 'when' in cancel && line.search(cancel.when) >= 0) stop('cancelled');
    },
    reason: () => reason,
    dispose() {
      for (const timer of timers) clearTimeout(timer);
      disposed.abort();
    },
  };
}
