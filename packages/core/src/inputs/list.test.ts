import { describe, expect, test } from 'vitest';
import { duration } from './duration.ts';
import { httpUrl } from './http-url.ts';
import { list } from './list.ts';
import { regex } from './regex.ts';
import { text } from './text.ts';

describe('list', () => {
  test('parses one value per line and ignores blank lines', async () => {
    expect(await list(duration()).parse('1s\r\n\n  2m \n')).toEqual([1_000, 120_000]);
  });

  test('can be empty', () => {
    expect(list(text()).empty?.()).toEqual([]);
  });

  test('reports all invalid lines with their numbers', async () => {
    await expect(list(duration()).parse('1s\n\n5\nsoon\n6')).rejects.toThrow(
      expect.objectContaining({
        message: 'has no unit (line 3); is not a duration (line 4); has no unit (line 5)',
        remedy: 'Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
      }),
    );
  });

  test('prints each remedy once', async () => {
    await expect(list(duration({ min: 2_000 })).parse('1s\n5\n6\n0')).rejects.toThrow(
      expect.objectContaining({
        remedy: 'Write at least 2s. Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
      }),
    );
  });

  test('waits for asynchronous parsers', async () => {
    const [pattern] = await list(regex()).parse('^a+$');
    expect(pattern?.test('aaa')).toBe(true);
  });

  test('does not report a bug in a parser as an invalid input', async () => {
    const bug = new TypeError('bug');
    const parser = {
      parse: () => {
        throw bug;
      },
    };
    await expect(list(parser).parse('a')).rejects.toBe(bug);
  });

  test('returns the secrets of its items, of valid and invalid lines', () => {
    expect(
      list(httpUrl()).secrets?.('https://a:pass@x.test\nbad\n\nhttps://b:word@x.test'),
    ).toEqual(['pass', 'pass', 'word', 'word']);
    expect(list(text()).secrets).toBeUndefined();
  });
});
