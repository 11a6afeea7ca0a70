import { backoffMs } from '@repo/core/process/backoff';
/** A call that did not succeed, as far as patience has to know. */
export interface Attempt {
  readonly method: string;
  /** A repetition changes nothing more, whatever the method says (a GraphQL query). */
  readonly isRead: boolean;
  /** `undefined`: no answer. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly message: string;
  /** How often it was tried, this time included. */
  readonly attempts: number;
}

const MOST_ATTEMPTS = 4;
/** Longest that a limit is waited for; a job that waits longer costs more than it brings, ms. */
export const LONGEST_WAIT = 60_000;
/** What GitHub asks for where it names no time, ms. */
const WITHOUT_WORD = 60_000;
const RETRY = { baseMs: 500 };
/** Doing these twice is the same as doing them once. */
const IDEMPOTENT = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'];
const PASSING = [500, 502, 503, 504];

/**
 * Milliseconds until the call is worth another try; `undefined` when it is not. A call that met a
 * limit was not carried out, so that it may be repeated whatever it is; one without an answer, or
 * with one of a fault, only when that cannot do anything twice.
 *
 * @param now ms since the epoch
 * @param random from 0 to 1
 */
export function pauseBefore(attempt: Attempt, now: number, random: number): number | undefined {
  if (attempt.attempts >= MOST_ATTEMPTS) return undefined;
  const limit = limitOf(attempt, now);
  if (limit !== undefined) return limit > LONGEST_WAIT ? undefined : limit;
  const { method, isRead, status, attempts } = attempt;
  const passing = status === undefined || PASSING.includes(status);
  if (!passing || !(isRead || IDEMPOTENT.includes(method))) return undefined;
  return backoffMs(attempts, RETRY) * (1 + random);
}

/** Milliseconds until a rate limit ends; `undefined` when the call met none. */
export function limitOf(
  { status, headers, message }: Pick<Attempt, 'status' | 'headers' | 'message'>,
  now: number,
): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(after) && after >= 0) return after * 1_000;
  if (String(headers['x-ratelimit-remaining']) === '0') {
    // A second more: it is told in whole ones.
    const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1_000 - now + 1_000;
    return Number.isFinite(reset) ? Math.max(0, reset) : WITHOUT_WORD;
  }
  return status === 429 || /secondary rate limit|abuse detection/i.test(message)
    ? WITHOUT_WORD
    : undefined;
}
