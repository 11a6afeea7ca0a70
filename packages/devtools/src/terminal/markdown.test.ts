import { expect, test } from 'vitest';
import { renderMarkdown } from './markdown.ts';
import { displayWidth } from './spans.ts';

const plain = (markdown: string, columns = 80) =>
  renderMarkdown(markdown, { columns, ansi: false });
const ansi = (markdown: string) => renderMarkdown(markdown, { columns: 80, ansi: true });

/** Lines as one text, so that a picture of the result can stand in a test. */
const picture = (...lines: string[]) => `${lines.join('\n')}\n`;

test('headings, paragraphs and rules', () => {
  expect(plain('# One\n## ✅ Two\n### Three\nfirst\nsecond<br>third\n\n---\nlast', 20)).toBe(
    picture(
      'One',
      '═══',
      '',
      '✅ Two',
      '──────',
      '',
      'Three',
      '',
      'first second',
      'third',
      '',
      '────────────────────',
      '',
      'last',
    ),
  );
});

test('inline Markdown and HTML', () => {
  expect(
    plain(
      '**b** *i* ~~s~~ `a*b*` <code>x&#124;y</code> <b>B</b> 2 * 3 * 4 snake_case_name \\*no\\* &lt;i&gt; https&#8288;://a',
    ),
  ).toBe('b i s a*b* x|y B 2 * 3 * 4 snake_case_name *no* <i> https://a\n');
});

test('links are written out, but can be followed in a terminal', () => {
  const markdown = '[the run](https://a/b) <https://c> <a href="https://d?x=1&amp;y">e</a>';
  expect(plain(markdown)).toBe('the run (https://a/b) https://c e (https://d?x=1&y)\n');
  expect(ansi('[the **run**](https://a)')).toBe(
    '\u001b]8;;https://a\u0007\u001b[4mthe \u001b[24m\u001b]8;;\u0007' +
      '\u001b]8;;https://a\u0007\u001b[4m\u001b[1mrun\u001b[22m\u001b[24m\u001b]8;;\u0007\n',
  );
});

test('styles become escape sequences only when asked for', () => {
  expect(ansi('a **b c** `d`')).toBe('a \u001b[1mb c\u001b[22m \u001b[36md\u001b[39m\n');
});

test('a table is aligned by what is seen, wide characters included', () => {
  expect(
    plain(`
| Check | Verdict | Time |
| --- | :-: | --: |
| ✅ page | pass | 120 ms |
| ⚠️ 日本語 | **warn** | 3 ms |
| a \\| b | – | |
`),
  ).toBe(
    picture(
      'Check     │ Verdict │   Time',
      '──────────┼─────────┼───────',
      '✅ page   │  pass   │ 120 ms',
      '⚠️ 日本語 │  warn   │   3 ms',
      'a | b     │    –    │',
    ),
  );
});

test('cells wrap so that the table fits, with rules around tall rows', () => {
  const markdown = `
| Target | Detail |
| --- | --- |
| home | fine |
| <code>https://example.com/long/path</code> | the answer took far too long<br>twice |
| last | fine |
| end | fine |
`;
  expect(plain(markdown, 34)).toBe(
    picture(
      'Target          │ Detail',
      '────────────────┼─────────────────',
      'home            │ fine',
      '────────────────┼─────────────────',
      'https://example │ the answer took',
      '.com/long/path  │ far too long',
      '                │ twice',
      '────────────────┼─────────────────',
      'last            │ fine',
      'end             │ fine',
    ),
  );
});

test('a column of words gives way before a word is broken', () => {
  const markdown = '|Host|Tries|Why|\n|-|-|-|\n|example.com:8080|of 3 four|refused by the host|';
  expect(plain(markdown, 46)).toBe(
    picture(
      'Host             │ Tries     │ Why',
      '─────────────────┼───────────┼────────────────',
      'example.com:8080 │ of 3 four │ refused by the',
      '                 │           │ host',
    ),
  );
});

test.each([40, 80, 120])('nothing is wider than %i columns', (columns) => {
  const long = 'word '.repeat(60) + 'x'.repeat(200);
  const markdown = `# ${long}\n\n${long}\n\n- ${long}\n\n> ${long}\n\n|a|b|c|\n|-|-|-|\n|${long}|${long}|1|\n\n<details><summary>${long}</summary>\n\n${long}\n\n</details>`;
  const widths = plain(markdown, columns).split('\n').map(displayWidth);
  expect(Math.max(...widths)).toBe(columns);
});

test('folded parts are shown open and indented, also within each other', () => {
  expect(
    plain(
      '<details><summary>All <b>attempts</b></summary>\n\nfirst\n\n<details>\n<summary>Deep</summary>\n\n- x\n\n</details>\n</details>\n\nafter',
    ),
  ).toBe(picture('▾ All attempts', '  first', '', '  ▾ Deep', '    • x', '', 'after'));
});

test('lists hang, with numbers, boxes and levels', () => {
  expect(plain('1. one two three four\n2. b\n   - c\n- [x] d\n- [ ] e', 16)).toBe(
    picture('1. one two three', '   four', '2. b', '   • c', '• ☑ d', '• ☐ e'),
  );
});

test('quotes and alerts', () => {
  expect(plain('> said\n> twice\n\n> [!WARNING]\n> Mind')).toBe(
    picture('│ said twice', '', '│ Warning: Mind'),
  );
});

test('code stays as it is; a chart becomes a note', () => {
  expect(
    plain(
      '```json\n{ "<table>": 1 }\n\n# x\n```\n<pre><code>a &lt; b\n**c**</code></pre>\n```mermaid\nxychart-beta\n  title "Latency"\n```\n```mermaid\ngraph TD\n```',
    ),
  ).toBe(
    picture(
      '  { "<table>": 1 }',
      '',
      '  # x',
      '',
      '  a < b',
      '  **c**',
      '',
      '[chart] Latency',
      '',
      '[chart]',
    ),
  );
});

test('the HTML that @actions/core writes', () => {
  expect(
    plain(
      '<h3>Results</h3>\n<table><tr><th>A</th><th>B</th></tr><tr><td>1 | 2</td><td><b>x</b></td></tr></table>\n<ol><li>one</li><li>two</li></ol>\n<img src="x.png" alt="logo">\n<hr>\n<blockquote>said</blockquote>\n<p>end</p>',
      20,
    ),
  ).toBe(
    picture(
      'Results',
      '',
      'A     │ B',
      '──────┼──',
      '1 | 2 │ x',
      '',
      '1. one',
      '2. two',
      '',
      '[logo]',
      '',
      '─'.repeat(20),
      '',
      '│ said',
      '',
      'end',
    ),
  );
});

test('control characters do not reach the terminal, not as entities either', () => {
  const shown = ansi('a\u001b[31mb\u0007\u009b1m c &#27;[2J &#x9b;d \u0001e');
  expect(shown).toBe('ab c [2J d e\n');
});

test('an empty summary is an empty line', () => {
  expect(plain('')).toBe('\n');
});
