import { backoffMs } from '@repo/core/process/backoff';
/** A failed request. */
export interface Attempt {
  readonly method: string;
  /** The request only reads, regardless of its method (a GraphQL query). */
  readonly isRead: boolean;
  /** `undefined` if there was no response. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly message: string;
  /** Number of attempts so far, including this one. */
  readonly attempts: number;
}

export const MAX_ATTEMPTS = 4;
/** Longer rate limits are not waited for, because the job would cost more than it is worth. */
export const MAX_RATE_LIMIT_MS = 60_000;
/** GitHub's recommendation for a rate limit without a time. */
const DEFAULT_RATE_LIMIT_MS = 60_000;
const RETRY = { baseMs: 500 };
const IDEMPOTENT_METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'];
const TRANSIENT_STATUSES = [500, 502, 503, 504];

/**
 * The delay before the next attempt in milliseconds; `undefined` if the request must not be retried. A
 * rate-limited request had no effect and is always safe to retry. After a server error or without a
 * response, only idempotent requests are.
 *
 * @param now ms since the epoch
 * @param random from 0 to 1
 */
export function getRetryDelayMs(attempt: Attempt, now: number, random: number): number | undefined {
  if (attempt.attempts >= MAX_ATTEMPTS) return undefined;
  const limit = getRateLimitMs(attempt, now);
  if (limit !== undefined) return limit > MAX_RATE_LIMIT_MS ? undefined : limit;
  const { method, isRead, status, attempts } = attempt;
  const isTransient = status === undefined || TRANSIENT_STATUSES.includes(status);
  if (!isTransient || !(isRead || IDEMPOTENT_METHODS.includes(method))) return undefined;
  return backoffMs(attempts, RETRY) * (1 + random);
}

/** Milliseconds until the rate limit ends; `undefined` if the request was not rate-limited. */
export function getRateLimitMs(
  { status, headers, message }: Pick<Attempt, 'status' | 'headers' | 'message'>,
  now: number,
): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(after) && after >= 0) return after * 1_000;
  if (String(headers['x-ratelimit-remaining']) === '0') {
    // Plus a second, because the header has whole seconds.
    const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1_000 - now + 1_000;
    return Number.isFinite(reset) ? Math.max(0, reset) : DEFAULT_RATE_LIMIT_MS;
  }
  return status === 429 || /secondary rate limit|abuse detection/i.test(message)
    ? DEFAULT_RATE_LIMIT_MS
    : undefined;
}
