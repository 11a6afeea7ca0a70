import { describe, expect, test } from 'vitest';
import { InputError } from './input-error.ts';

describe('InputError', () => {
  test('prints one problem on one line: input, value, problem and remedy', () => {
    const error = new InputError([
      { where: 'timeout', given: '5', problem: 'has no unit', remedy: 'Write 5s.' },
    ]);
    expect(error.message).toBe('Invalid input timeout: "5" has no unit. Write 5s.');
    expect(error.name).toBe('InputError');
  });

  test('prints several problems, one per line, and omits a missing value', () => {
    const error = new InputError([
      { where: 'url', given: '', problem: 'is required but empty', remedy: 'Give it a value.' },
      { where: 'checks:3:5', problem: 'nam is not a known key', remedy: 'Write name.' },
    ]);
    expect(error.message.split('\n')).toEqual([
      '2 invalid inputs:',
      '  url: is required but empty. Give it a value.',
      '  checks:3:5: nam is not a known key. Write name.',
    ]);
    expect(error.problems).toHaveLength(2);
  });

  test('sanitizes and cuts the given value', () => {
    const error = new InputError([
      { where: 'mode', given: `::x::\n${'y'.repeat(200)}`, problem: 'is bad', remedy: 'Fix it.' },
    ]);
    expect(error.message).toBe(
      `Invalid input mode: ":\u200b:x:: ${'y'.repeat(73)}…" is bad. Fix it.`,
    );
  });
});
