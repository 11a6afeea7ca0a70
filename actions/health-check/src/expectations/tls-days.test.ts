import { expect, test } from 'vitest';
import { minTlsDays } from './tls-days.ts';

const { judge, reads, source } = minTlsDays().parse('14');

test('reads the certificate', () => {
  expect([source, reads]).toEqual(['tls.daysLeft >= 14', ['tls']]);
});

test.each([14, 15, 400])('%d days are enough', (daysLeft) => {
  expect(judge({ tls: { daysLeft } })).toEqual({ met: true });
});

test.each([
  [13, 'the certificate ends in 13 days, sooner than 14'],
  [1, 'the certificate ends in 1 day, sooner than 14'],
  [0, 'the certificate ends in 0 days, sooner than 14'],
  [-1, 'the certificate ended 1 day ago, sooner than 14'],
  [-30, 'the certificate ended 30 days ago, sooner than 14'],
])('%d days are told', (daysLeft, found) => {
  expect(judge({ tls: { daysLeft } })).toEqual({ met: false, found });
});

test('no certificate is not a good one', () => {
  expect(judge({})).toEqual({ met: false, found: 'there is no certificate' });
});

test.each(['-1', '14d', '1.5', '40000'])('%s is refused', (given) => {
  expect(() => minTlsDays().parse(given)).toThrow();
});
