import { expect, test } from 'vitest';
import { minTlsDays } from './tls-days.ts';

const { judge, reads, source } = minTlsDays().parse('14');

test('reads the certificate', () => {
  expect([source, reads]).toEqual(['tls.daysLeft >= 14', ['tls']]);
});

test.each([14, 15, 400])('%d days are sufficient', (daysLeft) => {
  expect(judge({ tls: { daysLeft } })).toEqual({ met: true });
});

test.each([
  [13, 'the certificate expires in 13 days, expected at least 14'],
  [1, 'the certificate expires in 1 day, expected at least 14'],
  [0, 'the certificate expires in 0 days, expected at least 14'],
  [-1, 'the certificate expired 1 day ago, expected at least 14'],
  [-30, 'the certificate expired 30 days ago, expected at least 14'],
])('%d days are not sufficient', (daysLeft, found) => {
  expect(judge({ tls: { daysLeft } })).toEqual({ met: false, found });
});

test('requires a certificate', () => {
  expect(judge({})).toEqual({ met: false, found: 'the target has no certificate' });
});

test.each(['-1', '14d', '1.5', '40000'])('rejects %s', (given) => {
  expect(() => minTlsDays().parse(given)).toThrow();
});
