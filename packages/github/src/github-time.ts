import type { Clock } from '@repo/core/process/clock';

/** GitHub's clock, for comparison with times from GitHub. */
export interface GitHubTime {
  /** ms since the epoch. */
  readonly now: () => number;
  /** @param date the date header of a response */
  readonly set: (date: string | number | undefined) => void;
}

/** Follows the local clock until a response states GitHub's time. */
export function githubTime(clock: Clock): GitHubTime {
  let aheadMs = 0;
  return {
    now: () => clock.now() + aheadMs,
    set: (date) => {
      const stated = Date.parse(String(date));
      if (!Number.isNaN(stated)) aheadMs = stated - clock.now();
    },
  };
}
