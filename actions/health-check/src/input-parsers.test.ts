import { describe, expect, test } from 'vitest';
import { basicAuth, headerLine, resolveOverride, workflowRef } from './input-parsers.ts';

describe('resolve', () => {
  test.each([
    ['shop.example:443=192.0.2.1', 'shop.example:443', '192.0.2.1'],
    ['shop.example:443=2001:db8::1', 'shop.example:443', '2001:db8::1'],
    ['shop.example:443=[2001:db8::1]', 'shop.example:443', '2001:db8::1'],
    ['Shop.Example:0443=192.0.2.1', 'shop.example:443', '192.0.2.1'],
    ['[::1]:80=127.0.0.1', '::1:80', '127.0.0.1'],
  ])('accepts %s', (given, endpoint, address) => {
    expect(resolveOverride().parse(given)).toEqual([endpoint, address]);
  });

  test.each([
    'shop.example=192.0.2.1',
    'shop.example:443',
    'shop.example:443=',
    'shop.example:443=other.example',
    'shop.example:443=192.0.2.256',
    'shop.example:https=192.0.2.1',
    ':443=192.0.2.1',
    'shop example:443=192.0.2.1',
  ])('rejects %s', (given) => {
    expect(() => resolveOverride().parse(given)).toThrow('is not host:port=address');
  });
});

describe('on-unhealthy-workflow', () => {
  test.each([
    ['deploy.yml', { file: 'deploy.yml' }],
    ['.github/workflows/deploy.prod.yaml', { file: 'deploy.prod.yaml' }],
    ['12345', { file: '12345' }],
    ['deploy.yml@release/1.x', { file: 'deploy.yml', ref: 'release/1.x' }],
  ])('accepts %s', (given, expected) => {
    expect(workflowRef().parse(given)).toEqual(expected);
  });

  test.each([
    'deploy',
    '../deploy.yml',
    'a/deploy.yml',
    'deploy.yml@',
    'deploy.yml@a b',
    'de ploy.yml',
  ])('rejects %s', (given) => {
    expect(() => workflowRef().parse(given)).toThrow('is not a workflow file of this repository');
  });
});

test.each([
  ['X-A: 1', ['X-A', '1']],
  ['X-A:', ['X-A', '']],
  ['X-Time: 12:30', ['X-Time', '12:30']],
  ["!#$%&'*+-.^_`|~09AZaz: é\tü", ["!#$%&'*+-.^_`|~09AZaz", 'é\tü']],
])('accepts the header %s', (given, header) => {
  expect(headerLine().parse(given)).toEqual(header);
});

test.each([
  ['X-A', 'has no ":" after the name'],
  [': 1', 'has no ":" after the name'],
  ['X A: 1', 'has a name that HTTP does not allow'],
  ['X-Ä: 1', 'has a name that HTTP does not allow'],
  ['X-A: a\u0000b', 'has a value that HTTP does not allow'],
  ['X-A: a\nX-B: b', 'has a value that HTTP does not allow'],
  ['X-A: 1 €', 'has a value that HTTP does not allow'],
])('rejects the header %j', (given, problem) => {
  expect(() => headerLine().parse(given)).toThrow(problem);
});

test('masks the value of a sensitive header, with and without its scheme', () => {
  expect(headerLine().secrets?.('Authorization:  Bearer abc:def ')).toEqual([
    'Bearer abc:def',
    'abc:def',
  ]);
  expect(headerLine().secrets?.('X-Plain: abc')).toEqual([]);
  expect(headerLine().secrets?.('Cookie:')).toEqual([]);
});

test('parses and masks basic-auth', () => {
  const auth = basicAuth();
  expect(auth.parse('user:pass:word')).toEqual(['user', 'pass:word']);
  expect(auth.parse('user:')).toEqual(['user', '']);
  expect(() => auth.parse('password')).toThrow('has no ":" after the user');
  expect(() => auth.parse(':password')).toThrow('has no ":" after the user');
  expect(auth.secrets?.('user:pass:word')).toEqual(['user:pass:word', 'pass:word']);
  expect(auth.secrets?.('password')).toEqual(['password']);
});
