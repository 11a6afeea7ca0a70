import { expect, test } from 'vitest';
import { scrub } from './scrub.ts';

test.each([
  ['postgres://app:hidden@db:5432/x?y=1', 'postgres://***@db:5432/x?y=1'],
  ['redis://:hid@den@cache/0', 'redis://***@cache/0'],
  ['https://hidden@github.example/x', 'https://***@github.example/x'],
  ['Authorization: Basic aGlkZGVu', 'Authorization: ***'],
  ['"authorization": "Bearer hidden"', '"authorization": ***'],
  ['set-cookie: sid=hidden; Path=/', 'set-cookie: ***'],
  ['got bearer hidden-hidden, sorry', 'got bearer ***, sorry'],
  ['host=db password=hidden dbname=x', 'host=db password=*** dbname=x'],
  ['{"api_key": "hidden one", "a": 1}', '{"api_key": ***, "a": 1}'],
  ['GET /?access_token=hidden&b=2', 'GET /?access_token=***&b=2'],
  ['DB_PASSWORD: hidden', 'DB_PASSWORD: ***'],
  ['curl -u me:hidden https://x/', 'curl -u *** https://x/'],
  [`used ghp_${'a'.repeat(36)} there`, 'used *** there'],
  ['jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2lnbmF0', 'jwt ***'],
])('%s', (given, scrubbed) => {
  expect(scrub(given)).toBe(scrubbed);
});

test.each([
  'connect to http://db.example:5432/x failed',
  'basic authentication failed for user x',
  'token validation failed',
  'mail to dev@example.com',
])('does not change %s', (given) => {
  expect(scrub(given)).toBe(given);
});

test('handles hostile lines quickly', () => {
  const started = performance.now();
  for (const piece of ['://', 'a', 'password', ' -u', 'eyJ', 'token=', '"'])
    scrub(piece.repeat(100_000));
  expect(performance.now() - started).toBeLessThan(500);
});
