import { expect, test } from 'vitest';
import { renderMarkdown } from './markdown.ts';
import { displayWidth } from './spans.ts';

const plain = (markdown: string, columns = 80) =>
  renderMarkdown(markdown, { columns, ansi: false });
const ansi = (markdown: string) => renderMarkdown(markdown, { columns: 80, ansi: true });

/** Joins the expected lines. */
const lines = (...expected: string[]) => `${expected.join('\n')}\n`;

test('renders headings, paragraphs and rules', () => {
  expect(plain('# One\n## ✅ Two\n### Three\nfirst\nsecond<br>third\n\n---\nlast', 20)).toBe(
    lines(
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

test('renders inline Markdown and HTML', () => {
  expect(
    plain(
      '**b** *i* ~~s~~ `a*b*` <code>x&#124;y</code> <b>B</b> 2 * 3 * 4 snake_case_name \\*no\\* &lt;i&gt; https&#8288;://a',
    ),
  ).toBe('b i s a*b* x|y B 2 * 3 * 4 snake_case_name *no* <i> https://a\n');
});

test('renders links as text, or as hyperlinks in a terminal', () => {
  const markdown = '[the run](https://a/b) <https://c> <a href="https://d?x=1&amp;y">e</a>';
  expect(plain(markdown)).toBe('the run (https://a/b) https://c e (https://d?x=1&y)\n');
  expect(ansi('[the **run**](https://a)')).toBe(
    '\u001b]8;;https://a\u0007\u001b[4mthe \u001b[24m\u001b]8;;\u0007' +
      '\u001b]8;;https://a\u0007\u001b[4m\u001b[1mrun\u001b[22m\u001b[24m\u001b]8;;\u0007\n',
  );
});

test('renders styles as escape sequences in a terminal', () => {
  expect(ansi('a **b c** `d`')).toBe('a \u001b[1mb c\u001b[22m \u001b[36md\u001b[39m\n');
});

test('aligns tables by display width, including wide characters', () => {
  expect(
    plain(`
| Check | Verdict | Time |
| --- | :-: | --: |
| ✅ page | pass | 120 ms |
| ⚠️ 日本語 | **warn** | 3 ms |
| a \\| b | – | |
`),
  ).toBe(
    lines(
      'Check     │ Verdict │   Time',
      '──────────┼─────────┼───────',
      '✅ page   │  pass   │ 120 ms',
      '⚠️ 日本語 │  warn   │   3 ms',
      'a | b     │    –    │',
    ),
  );
});

test('wraps cells to fit the table, with rules around rows of several lines', () => {
  const markdown = `
| Target | Detail |
| --- | --- |
| home | fine |
| <code>https://example.com/long/path</code> | the answer took far too long<br>twice |
| last | fine |
| end | fine |
`;
  expect(plain(markdown, 34)).toBe(
    lines(
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

test('narrows other columns before breaking a word', () => {
  const markdown = '|Host|Tries|Why|\n|-|-|-|\n|example.com:8080|of 3 four|refused by the host|';
  expect(plain(markdown, 46)).toBe(
    lines(
      'Host             │ Tries     │ Why',
      '─────────────────┼───────────┼────────────────',
      'example.com:8080 │ of 3 four │ refused by the',
      '                 │           │ host',
    ),
  );
});

test.each([40, 80, 120])('limits lines to %i columns', (columns) => {
  const long = 'word '.repeat(60) + 'x'.repeat(200);
  const markdown = `# ${long}\n\n${long}\n\n- ${long}\n\n> ${long}\n\n|a|b|c|\n|-|-|-|\n|${long}|${long}|1|\n\n<details><summary>${long}</summary>\n\n${long}\n\n</details>`;
  const widths = plain(markdown, columns).split('\n').map(displayWidth);
  expect(Math.max(...widths)).toBe(columns);
});

test('expands and indents nested details', () => {
  expect(
    plain(
      '<details><summary>All <b>attempts</b></summary>\n\nfirst\n\n<details>\n<summary>Deep</summary>\n\n- x\n\n</details>\n</details>\n\nafter',
    ),
  ).toBe(lines('▾ All attempts', '  first', '', '  ▾ Deep', '    • x', '', 'after'));
});

test('indents lists with numbers, checkboxes and levels', () => {
  expect(plain('1. one two three four\n2. b\n   - c\n- [x] d\n- [ ] e', 16)).toBe(
    lines('1. one two three', '   four', '2. b', '   • c', '• ☑ d', '• ☐ e'),
  );
});

test('renders quotes and alerts', () => {
  expect(plain('> said\n> twice\n\n> [!WARNING]\n> Mind')).toBe(
    lines('│ said twice', '', '│ Warning: Mind'),
  );
});

test('keeps code unchanged and replaces charts by notes', () => {
  expect(
    plain(
      '```json\n{ "<table>": 1 }\n\n# x\n```\n<pre><code>a &lt; b\n**c**</code></pre>\n```mermaid\nxychart-beta\n  title "Latency"\n```\n```mermaid\ngraph TD\n```',
    ),
  ).toBe(
    lines(
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

test('renders the HTML that @actions/core writes', () => {
  expect(
    plain(
      '<h3>Results</h3>\n<table><tr><th>A</th><th>B</th></tr><tr><td>1 | 2</td><td><b>x</b></td></tr></table>\n<ol><li>one</li><li>two</li></ol>\n<img src="x.png" alt="logo">\n<hr>\n<blockquote>said</blockquote>\n<p>end</p>',
      20,
    ),
  ).toBe(
    lines(
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

test('removes control characters, including those written as entities', () => {
  const shown = ansi('a\u001b[31mb\u0007\u009b1m c &#27;[2J &#x9b;d \u0001e');
  expect(shown).toBe('ab c [2J d e\n');
});

test('renders an empty summary as an empty line', () => {
  expect(plain('')).toBe('\n');
});
