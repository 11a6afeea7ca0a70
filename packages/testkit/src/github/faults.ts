import type { ApiResponse } from './route.ts';

/** How a call goes wrong. */
export interface Fault {
  /** `POST /repos/{owner}/{repo}/issues`; any, where it is not given. */
  readonly on?: string;
  /** Calls that go well before it; 0 unless told. */
  readonly skip?: number;
  /** Calls that it meets; 1 unless told. */
  readonly times?: number;
  /** `after`: what was asked for is done all the same, and only the answer is lost. */
  readonly when?: 'before' | 'after';
  /** The answer instead; `reset`: the connection breaks; `hang`: there never is one. */
  readonly answer: ApiResponse | 'reset' | 'hang';
}

export interface Faults {
  readonly add: (fault: Fault) => void;
  /** The fault that meets this call, and is used up by it. */
  readonly next: (operation: string) => Fault | undefined;
}

export function createFaults(): Faults {
  const open: { readonly fault: Fault; skip: number; left: number }[] = [];
  return {
    add: (fault) => open.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 }),
    next: (operation) => {
      const found = open.find(
        ({ fault, left }) => left > 0 && (fault.on === undefined || fault.on === operation),
      );
      if (found === undefined) return undefined;
      if (found.skip-- > 0) return undefined;
      found.left--;
      return found.fault;
    },
  };
}

/** The secondary rate limit, as GitHub tells it. */
export function rateLimited(retryAfterSeconds: number): ApiResponse {
  return {
    status: 403,
    headers: { 'retry-after': String(retryAfterSeconds) },
    body: {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes.',
      documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
    },
  };
}

export const BAD_GATEWAY: ApiResponse = { status: 502, body: { message: 'Server Error' } };
