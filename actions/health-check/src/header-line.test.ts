import { expect, test } from 'vitest';
import { basicAuth, headerLine } from './header-line.ts';

const { parse, secrets } = headerLine();

test.each([
  ['X-A: 1', ['X-A', '1']],
  ['X-A:', ['X-A', '']],
  ['X-Time: 12:30', ['X-Time', '12:30']],
  ["!#$%&'*+-.^_`|~09AZaz: é\tü", ["!#$%&'*+-.^_`|~09AZaz", 'é\tü']],
])('%s', (given, header) => {
  expect(parse(given)).toEqual(header);
});

test.each([
  ['X-A', 'has no ":" after the name'],
  [': 1', 'has no ":" after the name'],
  ['X A: 1', 'has a name that HTTP does not allow'],
  ['X-Ä: 1', 'has a name that HTTP does not allow'],
  ['X-A: a\u0000b', 'has a value that HTTP does not allow'],
  ['X-A: a\nX-B: b', 'has a value that HTTP does not allow'],
  ['X-A: 1 €', 'has a value that HTTP does not allow'],
])('%j is refused', (given, problem) => {
  expect(() => parse(given)).toThrow(problem);
});

test('the value of a sensitive header is a secret, with and without its scheme', () => {
  expect(secrets?.('Authorization:  Bearer abc:def ')).toEqual(['Bearer abc:def', 'abc:def']);
  expect(secrets?.('X-Plain: abc')).toEqual([]);
  expect(secrets?.('Cookie:')).toEqual([]);
});

test('user and password', () => {
  const auth = basicAuth();
  expect(auth.parse('user:pass:word')).toEqual(['user', 'pass:word']);
  expect(auth.parse('user:')).toEqual(['user', '']);
  expect(() => auth.parse('password')).toThrow('has no ":" after a user');
  expect(() => auth.parse(':password')).toThrow('has no ":" after a user');
  expect(auth.secrets?.('user:pass:word')).toEqual(['user:pass:word', 'pass:word']);
  expect(auth.secrets?.('password')).toEqual(['password']);
});
