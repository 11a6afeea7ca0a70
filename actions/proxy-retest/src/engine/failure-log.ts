import type { LogEvent } from './log-lines.ts';

/** The newest failure of each user, kept for whoever asks. */
export interface FailureLog {
  readonly take: (event: LogEvent) => void;
  /** What the engine said about a user's connection at or after a time; waits up to `waitMs` for it. */
  readonly of: (user: string, since: number, waitMs: number) => Promise<string | undefined>;
}

/** Connections whose user is remembered; the oldest are forgotten. */
const MOST_CONNECTIONS = 20_000;

/** @param now milliseconds, of the same clock as `since` */
export function failureLog(now: () => number): FailureLog {
  const users = new Map<string, string>();
  const newest = new Map<string, { readonly at: number; readonly text: string }>();
  const waiting = new Map<string, Set<() => void>>();

  const remember = (id: string, user: string) => {
    users.set(id, user);
    if (users.size <= MOST_CONNECTIONS) return;
    for (const oldest of users.keys()) {
      users.delete(oldest);
      break;
    }
  };

  return {
    take: (event) => {
      if (event.kind === 'connection') remember(event.id, event.user);
      if (event.kind !== 'failure') return;
      const user = users.get(event.id);
      if (user === undefined) return;
      newest.set(user, { at: now(), text: event.text });
      for (const wake of waiting.get(user) ?? []) wake();
    },
    of: async (user, since, waitMs) => {
      const found = () => {
        const failure = newest.get(user);
        return failure !== undefined && failure.at >= since ? failure.text : undefined;
      };
      if (found() === undefined) {
        await new Promise<void>((resolve) => {
          const wakers = waiting.get(user) ?? new Set();
          waiting.set(user, wakers);
          const done = () => {
            clearTimeout(timer);
            wakers.delete(done);
            if (wakers.size === 0) waiting.delete(user);
            resolve();
          };
          const timer = setTimeout(done, waitMs);
          wakers.add(done);
        });
      }
      return found();
    },
  };
}
