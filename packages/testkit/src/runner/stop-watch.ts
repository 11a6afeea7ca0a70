/** When a running action is cancelled: at a line of its log, after a time, or from outside. */
export type Cancel =
  | { readonly when: RegExp }
  | { readonly afterMs: number }
  | { readonly signal: AbortSignal };

/** Why a process was stopped. */
export type StopReason = 'cancelled' | 'timed out';

/** Watches a step and says when it must stop. */
export interface StopWatch {
  readonly signal: AbortSignal;
  /** To be called with each line of the log. */
  onLine(line: string): void;
  /** Undefined while nothing has asked for a stop. */
  reason(): StopReason | undefined;
  dispose(): void;
}

/** Begins to watch; `timeoutMs` is the step's `timeout-minutes`. */
export function watchForStop(timeoutMs: number, cancel: Cancel | undefined): StopWatch {
  const controller = new AbortController();
  let reason: StopReason | undefined;
  const stop = (why: StopReason): void => {
    reason ??= why;
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
