import { expect, test } from 'vitest';
import { createLiveLog } from './live-log.ts';

test('indents groups with their annotations and multi-line messages', () => {
  const log = createLiveLog(false);
  const lines = [
    '##[group]G',
    '##[error]a\nb',
    '\u001b[31mx',
    '##[endgroup]',
    '##[notice]n',
    '##[x]y',
  ];
  expect(lines.map(log).join('')).toBe('▾ G\n  error: a\n  b\n  x\nnotice: n\n##[x]y\n');
});

test('colours annotations in a terminal', () => {
  expect(createLiveLog(true)('##[error]a')).toBe('\u001b[31merror: a\u001b[39m\n');
});
