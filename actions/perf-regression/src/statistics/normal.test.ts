import { expect, test } from 'vitest';
import { normalCdf, normalQuantile } from './normal.ts';
import { studentTwoSided } from './student-t.ts';

// NIST/SEMATECH e-Handbook, 1.3.6.7.1, and R's pnorm to 15 digits.
test.each([
  [0, 0.5],
  [0.5, 0.691462461274013],
  [1, 0.841344746068543],
  [1.96, 0.975002104851779],
  [3, 0.99865010196837],
  [-4, 3.16712418331199e-5],
  [-6, 9.86587645037698e-10],
  [-10, 7.61985302416052e-24],
])('Φ(%f)', (z, p) => {
  expect(normalCdf(z) / p).toBeCloseTo(1, 12);
});

test('the quantile is the inverse of the distribution', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.95996398454005, 12);
  expect(normalQuantile(0.0005)).toBeCloseTo(-3.29052673149193, 11);
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
});

// NIST/SEMATECH e-Handbook, 1.3.6.7.2: critical values of Student's t, three digits.
test.each([
  [12.706, 1, 0.05],
  [4.303, 2, 0.05],
  [2.776, 4, 0.05],
  [2.228, 10, 0.05],
  [3.169, 10, 0.01],
  [1.984, 100, 0.05],
])('t = %f with %d degrees', (t, degrees, p) => {
  expect(studentTwoSided(t, degrees)).toBeCloseTo(p, 4);
});

test('p is 0 for an infinite t, and 1 for t = 0', () => {
  expect(studentTwoSided(Number.POSITIVE_INFINITY, 3)).toBe(0);
  expect(studentTwoSided(0, 3)).toBe(1);
});
