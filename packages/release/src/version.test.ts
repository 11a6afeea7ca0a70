import { expect, test } from 'vitest';
import { movingTags, readVersion, refuseStepBack, type Version, wantedVersion } from './version.ts';

const version = (text: string): Version => wantedVersion(text);
const versions = (...texts: readonly string[]) => texts.map(version);

test.each(['1.2', 'v1.2.3', '1.2.3-rc.1', '01.2.3', '1.2.3 ', '1.2.3.4', '', '1.2.x', '-1.2.3'])(
  '"%s" is no version',
  (text) => {
    expect(readVersion(text)).toBeUndefined();
    expect(() => wantedVersion(text)).toThrow('--version 1.2.3');
  },
);

test('a version that is not given has the same remedy', () => {
  expect(() => wantedVersion(undefined)).toThrow('--version 1.2.3');
});

test.each([
  ['1.0.0', [], ['v1.0', 'v1']],
  ['1.2.0', ['1.1.3'], ['v1.2', 'v1']],
  ['1.2.5', ['1.2.4', '1.3.0'], ['v1.2']],
  ['1.10.0', ['1.9.9'], ['v1.10', 'v1']],
  ['2.0.0', ['1.9.9'], ['v2.0', 'v2']],
  ['1.9.10', ['2.0.0', '1.9.9'], ['v1.9', 'v1']],
])('after %s, with %j out, %j move', (text, released, expected) => {
  expect(movingTags(version(text), versions(...released))).toEqual(expected);
});

test('a line does not go back', () => {
  expect(() => refuseStepBack(version('1.2.3'), versions('1.2.4'))).toThrow('after 1.2.4');
  expect(() => refuseStepBack(version('1.2.3'), versions('1.3.0', '1.2.2'))).not.toThrow();
});
