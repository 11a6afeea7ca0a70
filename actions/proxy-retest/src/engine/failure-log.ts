import type { LogEvent } from './log-lines.ts';

/** Keeps the newest failure of each user. */
export interface FailureLog {
  readonly add: (event: LogEvent) => void;
  /** The error for a user's connection at or after a time; waits up to `waitMs` for it. */
  readonly find: (user: string, since: number, waitMs: number) => Promise<string | undefined>;
}

/** The oldest connections are removed above this limit. */
const MAX_CONNECTIONS = 20_000;

/** @param now milliseconds, from the same clock as `since` */
export function createFailureLog(now: () => number): FailureLog {
  const users = new Map<string, string>();
  const newest = new Map<string, { readonly at: number; readonly text: string }>();
  const waiting = new Map<string, Set<() => void>>();

  const remember = (id: string, user: string) => {
    users.set(id, user);
    if (users.size <= MAX_CONNECTIONS) return;
    for (const oldest of users.keys()) {
      users.delete(oldest);
      break;
    }
  };

  return {
    add: (event) => {
      if (event.kind === 'connection') remember(event.id, event.user);
      if (event.kind !== 'failure') return;
      const user = users.get(event.id);
      if (user === undefined) return;
      newest.set(user, { at: now(), text: event.text });
      for (const wake of waiting.get(user) ?? []) wake();
    },
    find: async (user, since, waitMs) => {
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
