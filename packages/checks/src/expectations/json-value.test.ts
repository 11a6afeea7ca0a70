import { expect, test } from 'vitest';
import { expectJsonValue } from './json-value.ts';

const judge = (json: unknown, path: string, expected: string) =>
  expectJsonValue(path, expected).judge({ json });

test.each<[unknown, string, string]>([
  [{ version: 'abc' }, 'version', 'abc'],
  [{ a: { b: [1, 2] } }, 'a.b.1', '2'],
  [{ count: '2' }, 'count', '2'],
  [{ ready: true }, 'ready', 'true'],
  [{ error: null }, 'error', 'null'],
  [{ '0': 'key' }, '0', 'key'],
  [{ version: '' }, 'version', ''],
])('%j has %s: %s', (json, path, expected) => {
  expect(judge(json, path, expected)).toEqual({ met: true });
});

test.each<[unknown, string, string]>([
  [{ v: null }, 'v', 'v is null, expected x'],
  [{ v: {} }, 'v', 'v is not in the body, expected x'],
  [{ v: [] }, 'v', 'v is not in the body, expected x'],
  [{}, 'constructor', 'constructor is not in the body, expected x'],
  [undefined, 'v', 'the body is not JSON'],
  ['text', 'v', 'v is not in the body, expected x'],
])('%j does not have %s: x', (json, path, found) => {
  expect(judge(json, path, 'x')).toEqual({ met: false, found });
});
