import { describe, expect, test } from 'vitest';
import { type Attempt, getRetryDelayMs } from './retry.ts';

const NOW = 1_000_000_000;
const attempt = (given: Partial<Attempt>): Attempt => ({
  method: 'GET',
  isRead: false,
  status: 502,
  headers: {},
  message: '',
  attempts: 1,
  ...given,
});
const pause = (given: Partial<Attempt>) => getRetryDelayMs(attempt(given), NOW, 0);

describe('a failure', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])(
    '%s is retried with growing delays',
    (method) => {
      expect([1, 2, 3, 4].map((attempts) => pause({ method, attempts }))).toEqual([
        500,
        1_000,
        2_000,
        undefined,
      ]);
    },
  );

  test('a POST is not retried, unless it only reads', () => {
    expect(pause({ method: 'POST' })).toBeUndefined();
    expect(pause({ method: 'POST', status: undefined })).toBeUndefined();
    expect(pause({ method: 'POST', isRead: true })).toBe(500);
  });

  test('a missing response is retried, a rejection is not', () => {
    expect(pause({ status: undefined })).toBe(500);
    for (const status of [400, 401, 403, 404, 409, 410, 422, 501]) {
      expect(pause({ status }), String(status)).toBeUndefined();
    }
  });

  test('jitter makes the delay up to twice as long', () => {
    expect(getRetryDelayMs(attempt({}), NOW, 1)).toBe(1_000);
  });
});

describe('a rate limit', () => {
  const limited = (headers: Attempt['headers'], message = '', status = 403) =>
    pause({ method: 'POST', status, headers, message });

  test('waits as long as GitHub states, for every method', () => {
    expect(limited({ 'retry-after': '7' })).toBe(7_000);
    expect(limited({ 'retry-after': '7' }, '', 429)).toBe(7_000);
    const reset = String(NOW / 1_000 + 20);
    expect(limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset })).toBe(21_000);
    expect(limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' })).toBe(0);
  });

  test('waits a minute if GitHub states no time', () => {
    expect(limited({}, 'You have exceeded a secondary rate limit.')).toBe(60_000);
    expect(limited({ 'x-ratelimit-remaining': '0' })).toBe(60_000);
    expect(limited({}, '', 429)).toBe(60_000);
  });

  test('does not wait for a long limit', () => {
    expect(limited({ 'retry-after': '61' })).toBeUndefined();
  });

  test('a rejection with requests left is not a rate limit', () => {
    expect(limited({ 'x-ratelimit-remaining': '4999' }, 'Resource not accessible')).toBeUndefined();
  });
});
