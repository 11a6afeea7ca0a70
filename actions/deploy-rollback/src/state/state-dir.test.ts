import { join } from 'node:path';
import { expect, test } from 'vitest';
import { getStateDir } from './state-dir.ts';

const locate = (stateDir: string, environment: string, platform: NodeJS.Platform) =>
  getStateDir(stateDir, environment, '/workspace', { platform, home: '/home/me' });

test.each([
  ['~/state', 'linux', '/home/me/state'],
  ['~', 'linux', '/home/me'],
  ['state', 'linux', '/workspace/state'],
  ['~me/state', 'linux', '/workspace/~me/state'],
  ['~/state', 'win32', '/home/me/state'],
] as const)('%s is a folder of %s', (stateDir, platform, expected) => {
  expect(locate(stateDir, 'production', platform)).toBe(join(expected, 'production'));
});

test('~ with a backslash is the home folder on Windows only', () => {
  expect(locate('~\\state', 'production', 'win32')).toMatch(/^\/home\/me/);
  expect(locate('~\\state', 'production', 'linux')).toMatch(/^\/workspace/);
});

test.each([
  ['linux', 'Production', 'Production'],
  ['win32', 'Production', '%50roduction'],
  ['darwin', 'EU/Prod', '%45%55%2F%50rod'],
  ['win32', 'production', 'production'],
  ['win32', 'eu/production', 'eu%2Fproduction'],
  ['win32', 'nul', '%6Eul'],
  ['win32', 'com1.eu', '%63om1.eu'],
  ['win32', 'console', 'console'],
  ['darwin', 'nul', 'nul'],
] as const)('on %s, the folder of %s is %s', (platform, environment, folder) => {
  expect(locate('/state', environment, platform)).toBe(join('/state', folder));
});
