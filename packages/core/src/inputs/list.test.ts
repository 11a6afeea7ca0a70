import { describe, expect, test } from 'vitest';
import { duration } from './duration.ts';
import { httpUrl } from './http-url.ts';
import { list } from './list.ts';
import { regex } from './regex.ts';
import { text } from './text.ts';

describe('list', () => {
  test('one value a line, blank lines do not count', async () => {
    expect(await list(duration()).parse('1s\r\n\n  2m \n')).toEqual([1_000, 120_000]);
  });

  test('may be empty', () => {
    expect(list(text()).empty?.()).toEqual([]);
  });

  test('all bad lines are named by their numbers', async () => {
    await expect(list(duration()).parse('1s\n\n5\nsoon\n6')).rejects.toThrow(
      expect.objectContaining({
        message: 'has no unit (line 3); is not a duration (line 4); has no unit (line 5)',
        remedy: 'Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
      }),
    );
  });

  test('each remedy is told once', async () => {
    await expect(list(duration({ min: 2_000 })).parse('1s\n5\n6\n0')).rejects.toThrow(
      expect.objectContaining({
        remedy: 'Write at least 2s. Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
      }),
    );
  });

  test('waits for parsers that take their time', async () => {
    const [pattern] = await list(regex()).parse('^a+$');
    expect(pattern?.test('aaa')).toBe(true);
  });

  test('a bug in a parser is not taken for a mistake of the user', async () => {
    const bug = new TypeError('bug');
    const parser = {
      parse: () => {
        throw bug;
      },
    };
    await expect(list(parser).parse('a')).rejects.toBe(bug);
  });

  test('has the secrets of its items, of good and bad lines', () => {
    expect(
      list(httpUrl()).secrets?.('https://a:pass@x.test\nbad\n\nhttps://b:word@x.test'),
    ).toEqual(['pass', 'pass', 'word', 'word']);
    expect(list(text()).secrets).toBeUndefined();
  });
});
