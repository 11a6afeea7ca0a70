import { describe, expect, test } from 'vitest';
import { splitEntries } from './entries.ts';

/** The level and the number of lines of each entry; `?` for an unknown format. */
function split(text: string) {
  return [...splitEntries(text.split('\n'))].map(({ lines, record }) => {
    const name = record === undefined ? '?' : (record.level ?? 'none');
    return `${name} ${lines.length}${record?.exception ? ' exception' : ''}`;
  });
}

const TRACEBACK =
  'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: x';

describe('a Python traceback', () => {
  test('belongs to the error or warning before it, and ends with its exception', () => {
    expect(split(`ERROR:root:a\n${TRACEBACK}\nINFO:root:b`)).toEqual([
      'ERROR 4 exception',
      'INFO 1',
    ]);
    expect(split(`DEBUG:root:a\n${TRACEBACK}`)).toEqual(['DEBUG 4 exception']);
  });

  test('after an INFO record or at the start is a separate crash', () => {
    expect(split(`INFO:root:a\n${TRACEBACK}`)).toEqual(['INFO 1', 'none 3 exception']);
    expect(split(TRACEBACK)).toEqual(['none 3 exception']);
    expect(split(`ERROR:root:a\n${TRACEBACK}\n${TRACEBACK}`)).toEqual([
      'ERROR 4 exception',
      'none 3 exception',
    ]);
  });

  test('continues with a chained exception', () => {
    const between = 'During handling of the above exception, another exception occurred:';
    expect(split(`ERROR:root:a\n${TRACEBACK}\n\n${between}\n\n${TRACEBACK}\nx`)).toEqual([
      'ERROR 10 exception',
      '? 1',
    ]);
  });

  test('that is truncated does not include the next record', () => {
    const [head = '', frame = ''] = TRACEBACK.split('\n');
    expect(split(`${head}\n${frame}\nERROR:root:next\nplain words`)).toEqual([
      'none 2 exception',
      'ERROR 1',
      '? 1',
    ]);
  });
});

test('a Java stack trace belongs to the error before it, or is a separate crash', () => {
  const stack = 'java.io.IOException: x\n\tat a.B.c(B.java:1)\nCaused by: a.D: y\n\t... 2 more';
  expect(split(`ERROR a\n${stack}\nINFO b`)).toEqual(['ERROR 5 exception', 'INFO 1']);
  expect(split(stack)).toEqual(['none 4 exception']);
});

test('removes colors, truncates long lines, and does not join other indented lines', () => {
  const [entry] = splitEntries([`\u001b[31mERROR\u001b[0m ${'x'.repeat(10_000)}`]);
  expect(entry?.record?.level).toBe('ERROR');
  expect(entry?.lines[0]?.length).toBeLessThan(8_200);
  expect(split('INFO a\n * Running on http://127.0.0.1:5000\n\nINFO b')).toEqual([
    'INFO 1',
    '? 1',
    '? 1',
    'INFO 1',
  ]);
});
