import { expect, test } from 'vitest';
import { httpUrl } from './http-url.ts';
import { integer } from './integer.ts';
import { optional, secret } from './parser.ts';
import { text } from './text.ts';

test('optional: an empty text is undefined, other texts are parsed', () => {
  const parser = optional(integer({ min: 1, max: 9 }));
  expect(parser.empty?.()).toBeUndefined();
  expect(parser.parse('3')).toBe(3);
  expect(integer({ min: 1, max: 9 }).empty).toBeUndefined();
});

test('secret: masks the whole text and the secrets of the parser', () => {
  expect(secret(text()).secrets?.('token')).toEqual(['token']);
  expect(secret(text()).parse('token')).toBe('token');
  expect(secret(httpUrl()).secrets?.('https://u:p%2F@x.test')).toEqual([
    'https://u:p%2F@x.test',
    'p%2F',
    'p/',
  ]);
});

test('text: returns any text, also an empty one', () => {
  expect(text().parse(' a ')).toBe(' a ');
  expect(text().empty?.()).toBe('');
});
