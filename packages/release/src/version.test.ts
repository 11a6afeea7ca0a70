import { expect, test } from 'vitest';
import {
  compareVersions,
  formatVersion,
  movingTags,
  parseVersion,
  readVersion,
  rejectDowngrade,
  type Version,
} from './version.ts';

const version = (text: string): Version => parseVersion(text);
const versions = (...texts: readonly string[]) => texts.map(version);

test.each([
  '1.2',
  'v1.2.3',
  '1.2.3-rc',
  '1.2.3-rc.01',
  '1.2.3-beta.1',
  '01.2.3',
  '1.2.3 ',
  '1.2.3.4',
  '',
  '1.2.x',
  '-1.2.3',
])('rejects "%s"', (text) => {
  expect(readVersion(text)).toBeUndefined();
  expect(() => parseVersion(text)).toThrow('--version 1.2.3');
});

test('rejects a missing version with the same remedy', () => {
  expect(() => parseVersion(undefined)).toThrow('--version 1.2.3');
});

test.each(['1.2.3', '0.0.0', '10.20.30', '1.2.3-rc.0', '9.8.7-rc.12'])('reads %s', (text) => {
  expect(formatVersion(version(text))).toBe(text);
});

test('orders release candidates by number, before their final version', () => {
  const texts = ['1.2.0-rc.1', '1.2.0-rc.2', '1.2.0-rc.10', '1.2.0', '1.2.1-rc.1'];
  const sorted = versions(...texts.toReversed()).toSorted(compareVersions);
  expect(sorted.map(formatVersion)).toEqual(texts);
});

test.each([
  ['1.0.0', [], ['v1.0', 'v1']],
  ['1.2.0', ['1.1.3'], ['v1.2', 'v1']],
  ['1.2.5', ['1.2.4', '1.3.0'], ['v1.2']],
  ['1.10.0', ['1.9.9'], ['v1.10', 'v1']],
  ['2.0.0', ['1.9.9'], ['v2.0', 'v2']],
  ['1.9.10', ['2.0.0', '1.9.9'], ['v1.9', 'v1']],
  ['9.8.7-rc.1', [], []],
  ['1.2.0', ['1.2.0-rc.1', '1.3.0-rc.1'], ['v1.2', 'v1']],
])('after %s, with %j published, moves %j', (text, releases, expected) => {
  expect(movingTags(version(text), versions(...releases))).toEqual(expected);
});

test('rejects a version below a published patch version', () => {
  expect(() => rejectDowngrade(version('1.2.3'), versions('1.2.4'))).toThrow('is older than 1.2.4');
  expect(() => rejectDowngrade(version('1.2.3'), versions('1.3.0', '1.2.2'))).not.toThrow();
});
