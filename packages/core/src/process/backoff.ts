/** Beyond this many doublings every delay has reached its limit. */
const MAX_EXPONENT = 31;

export interface Backoff {
  /** Delay after the first attempt. */
  readonly baseMs: number;
  /** Upper bound of the delay; unbounded if omitted. */
  readonly maxMs?: number;
  /** How much the delay grows with each attempt. Default: 2. */
  readonly factor?: number;
}

/**
 * The delay before the next attempt, in milliseconds: exponential and capped. Callers add jitter.
 *
 * @param attempt how many attempts have been made, from 1
 */
export function backoffMs(
  attempt: number,
  { baseMs, maxMs = Number.POSITIVE_INFINITY, factor = 2 }: Backoff,
): number {
  const exponent = Math.min(Math.max(0, attempt - 1), MAX_EXPONENT);
  return Math.min(maxMs, baseMs * factor ** exponent);
}
