import { describe, expect, test } from 'vitest';
import { code, codeBlock, md } from '../summary/markdown.ts';
import { redactor } from './redact.ts';
import { plain } from './untrusted.ts';

function redacting(...secrets: string[]) {
  const redact = redactor();
  for (const secret of secrets) redact.add(secret);
  return redact;
}

describe('text', () => {
  test('replaces every occurrence', () => {
    expect(redacting('hunter2').text('a hunter2 b hunter2hunter2')).toBe('a *** b ******');
    expect(redactor().text('hunter2')).toBe('hunter2');
  });

  test.each([
    ['percent-encoded', encodeURIComponent('p+s/w d"&<x')],
    ['in a query', new URLSearchParams({ q: 'p+s/w d"&<x' }).toString().slice(2)],
    ['within JSON', JSON.stringify('p+s/w d"&<x').slice(1, -1)],
    ['as Markdown', md`${'p+s/w d"&<x'}`.markdown],
    ['as code', code('p+s/w d"&<x').markdown.slice('<code>'.length, -'</code>'.length)],
    ['in base64', Buffer.from('p+s/w d"&<x').toString('base64')],
  ])('%s', (_, form) => {
    expect(redacting('p+s/w d"&<x').text(`[${form}]`)).toBe('[***]');
  });

  test('in a code block', () => {
    const { markdown } = codeBlock(['key: p@ss|word']);
    expect(redacting('p@ss|word').text(markdown)).toBe('<pre><code>key: ***</code></pre>');
  });

  test('after plain()', () => {
    const secret = 'with  two\tblanks';
    expect(redacting(secret).text(plain(`a ${secret} b`))).toBe('a *** b');
  });

  test('redacts a secret that contains another, in any order', () => {
    for (const secrets of [
      ['abcd', 'abcdefgh'],
      ['abcdefgh', 'abcd'],
    ])
      expect(redacting(...secrets).text('<abcdefgh> <abcd>')).toBe('<***> <***>');
    expect(redacting('bcde', 'abcdefgh').text('abcdefgh')).toBe('***');
  });

  test('redacts overlapping secrets completely', () => {
    expect(redacting('abcdef', 'defghi').text('-abcdefghi-')).toBe('-***-');
    expect(redacting('aaaa').text('-aaaaa-')).toBe('-***-');
  });

  test('redacts each line of a secret, without its indentation', () => {
    const redact = redacting('first line\r\n  second line\n\n  x\n');
    expect(redact.text('a first line b\nc second line d\n  x')).toBe('a *** b\nc *** d\n  x');
  });

  test('does not redact secrets of three characters', () => {
    expect(redacting('the', '').text('the end')).toBe('the end');
    expect(redacting('&&&').text('&&&')).toBe('&&&');
  });

  test('handles a secret with half of a surrogate pair', () => {
    expect(redacting('abc\ud800def').text('abc\ud800def')).toBe('***');
  });

  test('takes linear time for much text and many secrets', () => {
    const redact = redacting(
      ...Array.from({ length: 50 }, (_, index) => `${'a'.repeat(20)}${index}`),
    );
    expect(redact.text('a'.repeat(1_000_000)) === 'a'.repeat(1_000_000)).toBe(true);
    expect(redacting('aaaa').text('a'.repeat(1_000_000)) === '***').toBe(true);
  });
});

describe('data', () => {
  test('redacts nested texts and keys, and keeps other values', () => {
    const redact = redacting('hunter2');
    expect(
      redact.data({
        'key hunter2': ['x hunter2', { deep: 'hunter2' }],
        count: 5,
        none: null,
        yes: true,
        absent: undefined,
      }),
    ).toEqual({
      'key ***': ['x ***', { deep: '***' }],
      count: 5,
      none: null,
      yes: true,
      absent: undefined,
    });
  });

  test.each([redactor(), redacting('hunter2')])('serializes like JSON.stringify: %#', (redact) => {
    const date = new Date(0);
    expect(JSON.stringify(redact.data({ url: new URL('https://x.test/'), date }))).toBe(
      '{"url":"https://x.test/","date":"1970-01-01T00:00:00.000Z"}',
    );
  });

  test('redacts the result of toJSON', () => {
    expect(redacting('hunter2').data({ url: new URL('https://u:hunter2@x.test/') })).toEqual({
      url: 'https://u:***@x.test/',
    });
  });

  test('a key named __proto__ stays a key', () => {
    const data = JSON.parse('{"__proto__": {"a": "hunter2"}}');
    expect(JSON.stringify(redacting('hunter2').data(data))).toBe('{"__proto__":{"a":"***"}}');
  });
});

describe('JSON', () => {
  const given = { 'key hunter2': ['a hunter2', { at: new Date(0) }], 'p"w\\d': 'x', n: 1234 };

  test('is the same as for redacted data', () => {
    for (const redact of [
      redacting(),
      redacting('absent'),
      redacting('hunter2', 'p"w\\d'),
      redacting('p"w\\d'),
      redacting('<b>&"x'),
    ]) {
      expect(redact.json(given)).toBe(JSON.stringify(redact.data(given), undefined, 2));
    }
    expect(redacting('hunter2', 'p"w\\d').json(given)).not.toMatch(/hunter2|p.*w.*d/);
  });

  test('stays valid if a secret looks like JSON syntax', () => {
    for (const secret of ['1234', '": [', ': 1234', '\n  "n']) {
      expect(JSON.parse(redacting(secret).json(given))).toMatchObject({ n: 1234 });
    }
  });
});
