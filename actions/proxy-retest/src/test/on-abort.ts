const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal is aborted, at once when it is already. Thousands of attempts wait on
 * one signal: a listener each would weigh more than the rest of them. Call what it returns to stop.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => {};
  }
  let callbacks = waiting.get(signal);
  if (callbacks === undefined) {
    const mine = new Set<() => void>();
    callbacks = mine;
    waiting.set(signal, mine);
    signal.addEventListener('abort', () => {
      for (const one of mine) one();
    });
  }
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}
