import type { ApiResponse } from './route.ts';

/** A fault of an API call. */
export interface Fault {
  /** The operation, such as `POST /repos/{owner}/{repo}/issues`; any operation by default. */
  readonly on?: string;
  /** The number of successful calls before the fault; 0 by default. */
  readonly skip?: number;
  /** The number of failing calls; 1 by default. */
  readonly times?: number;
  /** `after`: the operation succeeds and only the response is lost. */
  readonly when?: 'before' | 'after';
  /** The response instead; `reset`: closes the connection; `hang`: never responds. */
  readonly answer: ApiResponse | 'reset' | 'hang';
}

export interface Faults {
  readonly add: (fault: Fault) => void;
  /** Returns and consumes the fault for this call. */
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

/** GitHub's response for the secondary rate limit. */
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
