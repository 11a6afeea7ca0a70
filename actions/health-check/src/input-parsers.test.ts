import { describe, expect, test } from 'vitest';
import { resolveOverride, workflowRef } from './input-parsers.ts';

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
