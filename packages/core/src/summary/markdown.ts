import { pluralize } from '../text/pluralize.ts';
import { stripInvisible } from '../text/untrusted.ts';

/** GitHub Markdown in which untrusted text is escaped. */
export interface Markdown {
  readonly markdown: string;
}

type Part = string | number | Markdown | readonly Markdown[];

/** Characters with a meaning in Markdown or HTML. `@` notifies users, `#1` links an issue. */
const SPECIAL = /[\\`*_{}[\]()<>#+=!|~$@&-]/g;

/** A word joiner: an invisible character that prevents mentions and links. */
const JOINER = '&#8288;';

/**
 * Markdown from a template. The template is not escaped; inserted values are, unless they are Markdown.
 */
export function md(template: TemplateStringsArray, ...parts: readonly Part[]): Markdown {
  return {
    markdown: template.reduce(
      (text, piece, index) => text + render(parts[index - 1] ?? '') + piece,
    ),
  };
}

/** Inline code. Line breaks become spaces. */
export function code(text: string | number): Markdown {
  const plain = stripInvisible(String(text)).replace(/\s+/g, ' ');
  // HTML, because backticks in a code span and bars in a table cannot be escaped otherwise.
  return { markdown: `<code>${htmlEscape(plain)}</code>` };
}

/** A code block. */
export function codeBlock(lines: readonly string[]): Markdown {
  const text = lines.map((line) => htmlEscape(stripInvisible(line))).join('\n');
  return { markdown: `<pre><code>${text}</code></pre>` };
}

export function heading(level: 2 | 3 | 4, text: Markdown): Markdown {
  return { markdown: `${'#'.repeat(level)} ${text.markdown}` };
}

/** A collapsed section. */
export function details(summary: Markdown, body: readonly Markdown[]): Markdown {
  // With blank lines, GitHub renders Markdown inside of HTML.
  const title = oneLine(summary.markdown).replace(
    /\\([!-/:-@[-`{-~])/g,
    // In HTML, a backslash does not escape.
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

const MAX_ROWS = 200;

/** A table with at most `maxRows` rows. A line below states how many were omitted. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Markdown[])[],
  maxRows = MAX_ROWS,
): Markdown {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    line(columns.map(({ title }) => md`${title}`.markdown)),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : '---'))),
    ...rows.slice(0, maxRows).map((cells) => line(cells.map(({ markdown }) => oneLine(markdown)))),
  ];
  const left = rows.length - maxRows;
  if (left > 0) {
    lines.push('', `… and ${pluralize(left, 'more row')}; the report has all.`);
  }
  return { markdown: lines.join('\n') };
}

/** Joins blocks with blank lines. */
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
      // Prevents links to users, issues and URLs, and notifications.
      .replace(/&#64;|#(?=\d)(?<!&#)|(?:https?|ftp|www)(?=[:.])/gi, `$&${JOINER}`)
  );
}

/** Escapes text for HTML and XML, attributes included. The redaction knows this form of a secret. */
export function htmlEscape(text: string): string {
  return text.replace(/[<>&"'`|@*_[\]\\~$]/g, reference);
}

/** A character reference, which has no meaning in HTML and Markdown. */
function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

function oneLine(markdown: string): string {
  return markdown.replace(/\r?\n/g, '<br>');
}
