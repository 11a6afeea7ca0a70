import { expect, test } from 'vitest';
import { keyValue } from './key-value.ts';

test.each([
  [':', 'Accept: text/html', 'Accept', 'text/html'],
  [':', 'X-Time: 12:30', 'X-Time', '12:30'],
  [':', 'X-Empty:', 'X-Empty', ''],
  ['=', 'query=a=b', 'query', 'a=b'],
  ['=', ' a = b ', 'a', 'b'],
] as const)('split at the first "%s": %s', (separator, given, key, value) => {
  expect(keyValue(separator).parse(given)).toEqual([key, value]);
});

test.each([
  [':', 'Accept', 'Write Name: value, one per line.'],
  [':', ': value', 'Write Name: value, one per line.'],
  ['=', '  = value', 'Write name=value, one per line.'],
  ['=', 'a: b', 'Write name=value, one per line.'],
] as const)('a name is needed before "%s": %s', (separator, given, remedy) => {
  expect(() => keyValue(separator).parse(given)).toThrow(
    expect.objectContaining({ message: `has no "${separator}" after the name`, remedy }),
  );
});
