import { pluralize } from '../text/pluralize.ts';
import { stripInvisible } from '../text/untrusted.ts';

/** A piece of GitHub Markdown whose foreign parts are escaped. */
export interface Markdown {
  readonly markdown: string;
}

type Part = string | number | Markdown | readonly Markdown[];

/** Characters that Markdown or HTML would read; `@` would notify people, `#1` link issues. */
const SPECIAL = /[\\`*_{}[\]()<>#+=!|~$@&-]/g;

/** A word joiner: it cannot be seen, and breaks what GitHub looks for in the rendered text. */
const JOINER = '&#8288;';

/**
 * Markdown from a template: what is written here stands as it is, what is filled in is escaped
 * unless it is Markdown itself.
 */
export function md(template: TemplateStringsArray, ...parts: readonly Part[]): Markdown {
  return {
    markdown: template.reduce(
      (text, piece, index) => text + render(parts[index - 1] ?? '') + piece,
    ),
  };
}

/** Text as code: nothing in it is read as Markdown. Line breaks become spaces. */
export function code(text: string | number): Markdown {
  const plain = stripInvisible(String(text)).replace(/\s+/g, ' ');
  // The HTML form: backticks within a code span, and bars within a table, have no other escape.
  return { markdown: `<code>${htmlEscape(plain)}</code>` };
}

/** Lines as a code block; nothing in it is read as Markdown. */
export function codeBlock(lines: readonly string[]): Markdown {
  const text = lines.map((line) => htmlEscape(stripInvisible(line))).join('\n');
  return { markdown: `<pre><code>${text}</code></pre>` };
}

export function heading(level: 2 | 3 | 4, text: Markdown): Markdown {
  return { markdown: `${'#'.repeat(level)} ${text.markdown}` };
}

/** A part that is folded until somebody opens it. */
export function details(summary: Markdown, body: readonly Markdown[]): Markdown {
  // The blank lines make GitHub read Markdown inside of the HTML.
  const title = oneLine(summary.markdown).replace(
    /\\([!-/:-@[-`{-~])/g,
    // Within HTML a backslash escapes nothing.
    (_, character: string) => reference(character),
  );
  return {
    markdown: `<details><summary>${title}</summary>\n\n${joinBlocks(body)}\n\n</details>`,
  };
}

export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** Most rows that a table shows by default. */
const MOST_ROWS = 200;

/** A table; rows beyond `most` are left out, and a line below says how many. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Markdown[])[],
  most = MOST_ROWS,
): Markdown {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    line(columns.map(({ title }) => md`${title}`.markdown)),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : '---'))),
    ...rows.slice(0, most).map((cells) => line(cells.map(({ markdown }) => oneLine(markdown)))),
  ];
  const left = rows.length - most;
  if (left > 0) {
    lines.push('', `… and ${pluralize(left, 'more row')}; the report has all.`);
  }
  return { markdown: lines.join('\n') };
}

/** Blocks with a blank line between them. */
export function joinBlocks(blocks: readonly Markdown[]): string {
  return blocks.map(({ markdown }) => markdown).join('\n\n');
}

function render(part: Part): string {
  if (typeof part === 'string') return markdownEscape(part);
  if (typeof part === 'number') return String(part);
  return 'markdown' in part ? part.markdown : part.map(({ markdown }) => markdown).join('');
}

function markdownEscape(text: string): string {
  return (
    stripInvisible(text)
      .replace(/\s+/g, ' ')
      .replace(SPECIAL, (character) =>
        character === '<' || character === '&' || character === '@'
          ? reference(character)
          : `\\${character}`,
      )
      // People, issues and bare addresses would become links, mail or notifications.
      .replace(/&#64;|#(?=\d)(?<!&#)|(?:https?|ftp|www)(?=[:.])/gi, `$&${JOINER}`)
  );
}

/** Text for HTML and XML, attributes included; every secret is known in this form too. */
export function htmlEscape(text: string): string {
  return text.replace(/[<>&"'`|@*_[\]\\~$]/g, reference);
}

/** A character as HTML and Markdown read it, without any meaning. */
function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

function oneLine(markdown: string): string {
  return markdown.replace(/\r?\n/g, '<br>');
}
