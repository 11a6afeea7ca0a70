import { expect, test } from 'vitest';
import { matchesTag } from './protect.ts';

test('matches a tag glob with the whole reference and with the tag alone', () => {
  expect(matchesTag('v?', 'reg:5000/app:v1')).toBe(true);
  expect(matchesTag('*', 'app@sha256:0')).toBe(true);
  expect(matchesTag('sha256*', 'app@sha256:0')).toBe(false);
});
