import { expect, test } from 'vitest';
import { resolveOverride } from './resolve-override.ts';

const { parse } = resolveOverride();

test.each([
  ['shop.example:443=192.0.2.1', 'shop.example:443', '192.0.2.1'],
  ['shop.example:443=2001:db8::1', 'shop.example:443', '2001:db8::1'],
  ['shop.example:443=[2001:db8::1]', 'shop.example:443', '2001:db8::1'],
  // As hosts are looked up.
  ['Shop.Example:0443=192.0.2.1', 'shop.example:443', '192.0.2.1'],
  ['[::1]:80=127.0.0.1', '::1:80', '127.0.0.1'],
])('%s', (given, endpoint, address) => {
  expect(parse(given)).toEqual([endpoint, address]);
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
])('%s is refused', (given) => {
  expect(() => parse(given)).toThrow('is no host:port=address');
});
