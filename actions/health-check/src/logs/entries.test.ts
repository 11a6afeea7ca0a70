import { describe, expect, test } from 'vitest';
import { entriesOf } from './entries.ts';

/** The first word and the number of lines of each entry; `?` for a line that nobody understands. */
function cut(text: string) {
  return [...entriesOf(text.split('\n'))].map(({ lines, record }) => {
    const name = record === undefined ? '?' : (record.level ?? 'none');
    return `${name} ${lines.length}${record?.exception ? ' exception' : ''}`;
  });
}

const TRACEBACK =
  'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: x';

describe('a traceback of Python', () => {
  test('belongs to the error or warning before it, and ends with its exception', () => {
    expect(cut(`ERROR:root:a\n${TRACEBACK}\nINFO:root:b`)).toEqual(['ERROR 4 exception', 'INFO 1']);
    expect(cut(`DEBUG:root:a\n${TRACEBACK}`)).toEqual(['DEBUG 4 exception']);
  });

  test('after information, or after nothing, is a crash of its own', () => {
    expect(cut(`INFO:root:a\n${TRACEBACK}`)).toEqual(['INFO 1', 'none 3 exception']);
    expect(cut(TRACEBACK)).toEqual(['none 3 exception']);
    expect(cut(`ERROR:root:a\n${TRACEBACK}\n${TRACEBACK}`)).toEqual([
      'ERROR 4 exception',
      'none 3 exception',
    ]);
  });

  test('goes on with the one that it was caused by', () => {
    const between = 'During handling of the above exception, another exception occurred:';
    expect(cut(`ERROR:root:a\n${TRACEBACK}\n\n${between}\n\n${TRACEBACK}\nx`)).toEqual([
      'ERROR 10 exception',
      '? 1',
    ]);
  });

  test('that was cut does not swallow the next record', () => {
    const [head = '', frame = ''] = TRACEBACK.split('\n');
    expect(cut(`${head}\n${frame}\nERROR:root:next\nplain words`)).toEqual([
      'none 2 exception',
      'ERROR 1',
      '? 1',
    ]);
  });
});

test('a stack of Java belongs to its error; without one, it is a crash', () => {
  const stack = 'java.io.IOException: x\n\tat a.B.c(B.java:1)\nCaused by: a.D: y\n\t... 2 more';
  expect(cut(`ERROR a\n${stack}\nINFO b`)).toEqual(['ERROR 5 exception', 'INFO 1']);
  expect(cut(stack)).toEqual(['none 4 exception']);
});

test("colours and controls go, long lines are cut, indented text is nobody's", () => {
  const [entry] = entriesOf([`\u001b[31mERROR\u001b[0m ${'x'.repeat(10_000)}`]);
  expect(entry?.record?.level).toBe('ERROR');
  expect(entry?.lines[0]?.length).toBeLessThan(8_200);
  expect(cut('INFO a\n * Running on http://127.0.0.1:5000\n\nINFO b')).toEqual([
    'INFO 1',
    '? 1',
    '? 1',
    'INFO 1',
  ]);
});
