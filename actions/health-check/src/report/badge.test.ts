import { expect, test } from 'vitest';
import { checkResult, UNHEALTHY, UNKNOWN } from '../testing/check-result.ts';
import { badge } from './badge.ts';

const SLOW = checkResult({ status: 'degraded' });

test.each([
  [[checkResult()], 'healthy', 'brightgreen', false],
  [[checkResult(), SLOW], '1 of 2 degraded', 'yellow', false],
  [[checkResult(), UNHEALTHY, UNKNOWN], '1 of 3 unhealthy', 'red', true],
  [[UNKNOWN], 'unknown', 'lightgrey', true],
])('case %#: %s', (results, message, color, isError) => {
  expect(JSON.parse(badge(results))).toEqual({
    schemaVersion: 1,
    label: 'health',
    message,
    color,
    isError,
  });
});
