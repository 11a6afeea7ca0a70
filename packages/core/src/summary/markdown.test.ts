import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  code,
  codeBlock,
  details,
  heading,
  joinBlocks,
  type Markdown,
  md,
  table,
} from './markdown.ts';

fc.configureGlobal({ seed: 20_261_120, numRuns: 1_000 });

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .array(
      fc.constantFrom(
        ...['<b>', '&lt;', '@me', '|', '\\', '\\|', '`', '``', '*', '_', '~~', '[a](b)', '![a](b)'],
        ...['\n', '\r\n', '\r', '\u2028', '- ', '# ', '1. ', '===', '---', '> ', '#12', 'GH-1'],
        ...[
          'https://x.test',
          'www.x.test',
          'HTTP://x',
          'a@b.test',
          '$x$',
          '<!--',
          '-->',
          '\t',
          '    ',
        ],
      ),
      { maxLength: 12 },
    )
    .map((pieces) => pieces.join('')),
);

/** What a reader of GitHub sees: escapes and character references undone, joiners invisible. */
function rendered({ markdown }: Markdown): string {
  return markdown
    .replace(/^<code>|<\/code>$/g, '')
    .replace(/\\([!-/:-@[-`{-~])|&#(\d+);/g, (_, escaped: string | undefined, number) =>
      escaped === undefined ? String.fromCodePoint(Number(number)) : escaped,
    )
    .replaceAll('\u2060', '');
}

/** What is left of the text by intention: no invisible characters, white space folded. */
function visible(text: string): string {
  return rendered({
    markdown: code(text).markdown.replace(/^<code>|<\/code>$/g, ''),
  });
}

describe('md', () => {
  test('escapes inserted values unless they are Markdown', () => {
    const name = '*api*';
    expect(md`**Check** ${name}: ${3} of ${-4} ${md`_fine_`}${[md`<br>`, md`!`]}`.markdown).toBe(
      '**Check** \\*api\\*: 3 of -4 _fine_<br>!',
    );
    expect(md`plain`.markdown).toBe('plain');
  });

  test('escapes any inserted text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { markdown } = md`${text}`;
        const unescaped = markdown.replace(/\\[!-/:-@[-`{-~]/g, '').replace(/&#\d+;/g, '\u2060');
        expect(unescaped).not.toMatch(/[<>@|`*_~[\]#$&\\\r\n]/);
        expect(unescaped).not.toMatch(/(https?|ftp):|www\./i);
        expect(unescaped).not.toMatch(/^\s*(\d+\)|[-+=])/);
      }),
    );
  });

  test('renders the original text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(rendered(md`${text}`)).toBe(visible(text));
      }),
    );
  });

  test.each([
    // Mentions and references are looked for in the rendered text: escaping alone does not help.
    ['@team', '&#64;&#8288;team'],
    ['#12', '\\#&#8288;12'],
    ['#section', '\\#section'],
    ['see https://x.test', 'see https&#8288;://x.test'],
    ['_www.x.test', '\\_www&#8288;.x.test'],
    ['a\nb', 'a b'],
    ['v1.2', 'v1.2'],
    ['a-b', 'a\\-b'],
    ['\u001b[31mred\u001b[0m', 'red'],
  ])('%s', (text, expected) => {
    expect(md`${text}`.markdown).toBe(expected);
  });
});

describe('code', () => {
  test('escapes any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const inner = code(text).markdown.replace(/^<code>|<\/code>$/g, '');
        expect(inner.replace(/&#\d+;/g, '')).not.toMatch(/[<>&"'`|@*_\\~$[\]\r\n]/);
      }),
    );
  });

  test.each([
    ['a|b', '<code>a&#124;b</code>'],
    ['[x](y)', '<code>&#91;x&#93;(y)</code>'],
    ['a\nb', '<code>a b</code>'],
    [5, '<code>5</code>'],
  ])('%s', (text, expected) => {
    expect(code(text).markdown).toBe(expected);
  });
});

describe('codeBlock', () => {
  test('keeps lines and escapes them', () => {
    expect(codeBlock(['a  b', '', '</code></pre><b>', '\u001b[1mx']).markdown).toBe(
      '<pre><code>a  b\n\n&#60;/code&#62;&#60;/pre&#62;&#60;b&#62;\nx</code></pre>',
    );
  });

  test('no text can end the block', () => {
    fc.assert(
      fc.property(fc.array(anyText), (lines) => {
        const { markdown } = codeBlock(lines);
        expect(markdown.slice('<pre><code>'.length, -'</code></pre>'.length)).not.toContain('<');
      }),
    );
  });
});

describe('details', () => {
  test('renders the body as Markdown', () => {
    expect(details(md`Log`, [md`**a**`, md`b`]).markdown).toBe(
      '<details><summary>Log</summary>\n\n**a**\n\nb\n\n</details>',
    );
  });

  test('escapes the title for HTML, without backslashes', () => {
    expect(details(md`${'my-check_1'} \\ ${code('a|b')}`, []).markdown).toContain(
      '<summary>my&#45;check&#95;1 \\ <code>a&#124;b</code></summary>',
    );
  });

  test('a title of several lines does not end the section', () => {
    expect(details(md`a\n\nb`, []).markdown).toContain('<summary>a<br><br>b</summary>');
  });
});

test('headings and blocks', () => {
  expect(joinBlocks([heading(2, md`A ${'*'}`), heading(4, md`B`)])).toBe('## A \\*\n\n#### B');
});

describe('table', () => {
  const columns = [{ title: 'Check | name' }, { title: 'Time', align: 'right' }] as const;

  test('prints titles, alignment and rows', () => {
    expect(
      table(columns, [
        [md`${'a|b'}`, md`${5}`],
        [code('c'), md`d\ne`],
      ]).markdown,
    ).toBe(
      [
        '| Check \\| name | Time |',
        '| --- | --: |',
        '| a\\|b | 5 |',
        '| <code>c</code> | d<br>e |',
      ].join('\n'),
    );
  });

  test('keeps each row on one line, whatever the cells contain', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const lines = table(columns, [[md`${one}`, code(other)]]).markdown.split(/\r\n|\r|\n/);
        expect(lines).toHaveLength(3);
        expect(lines[2]?.replace(/\\[!-/:-@[-`{-~]/g, '').match(/\|/g)).toHaveLength(3);
      }),
    );
  });

  test('omits rows beyond the limit and states their number', () => {
    const rows = Array.from({ length: 5 }, (_, index) => [md`${index}`, md``]);
    expect(table(columns, rows, 3).markdown.split('\n').slice(4)).toEqual([
      '| 2 |  |',
      '',
      '… and 2 more rows; the report has all.',
    ]);
    expect(table(columns, rows, 4).markdown).toMatch(/\n\n… and 1 more row; the report has all\.$/);
    expect(table(columns, rows, 5).markdown).not.toContain('more row');
  });
});
