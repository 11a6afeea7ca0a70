import { expect, test } from 'vitest';
import { unreadableFile } from './unreadable-file.ts';

const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });

test('names the input, the path and the error code', () => {
  expect(unreadableFile('ca-file', 'ca.pem', missing)).toEqual({
    where: 'ca-file',
    given: 'ca.pem',
    problem: 'cannot be read (ENOENT)',
    remedy: 'Give the path of a file, relative to the root of the workspace.',
  });
});

test('uses another remedy, and handles an error without a code', () => {
  expect(unreadableFile('config', 'x', new Error('?'), 'Give a YAML file.')).toMatchObject({
    problem: 'cannot be read (unknown error)',
    remedy: 'Give a YAML file.',
  });
});
