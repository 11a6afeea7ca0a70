import { decodeEntities } from './inline.ts';

/** Markers for the start and end of `<details>`; cleaned text cannot contain them. */
export const DETAILS_BEGIN = '\u0001';
export const DETAILS_END = '\u0002';

const FENCED = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?\n\1[^\S\n]*$/gm;
const FENCE = '`'.repeat(9);

type Rewrite = readonly [pattern: RegExp, replace: (inner: string, tag: string) => string];

const REWRITES: readonly Rewrite[] = [
  [
    /<h([1-6])\b[^>]*>([\s\S]*?)<\/h\1>/gi,
    (text, level) => `\n\n${'#'.repeat(Number(level))} ${joinLines(text)}\n\n`,
  ],
  [/<(table)\b[^>]*>([\s\S]*?)<\/table>/gi, toPipeTable],
  [/<([uo]l)\b[^>]*>([\s\S]*?)<\/\1>/gi, toMarkdownList],
  [/<(blockquote)\b[^>]*>([\s\S]*?)<\/blockquote>/gi, (text) => `\n\n> ${joinLines(text)}\n\n`],
  [
    /<(details)\b[^>]*>\s*<summary>([\s\S]*?)<\/summary>/gi,
    (text) => `\n\n${DETAILS_BEGIN}${joinLines(text)}\n\n`,
  ],
  [/<\/(details)()>/gi, () => `\n\n${DETAILS_END}\n\n`],
  [/<(hr)()\b[^>]*>/gi, () => '\n\n---\n\n'],
  [/<\/?(p|div)()\b[^>]*>/gi, () => '\n\n'],
];

/**
 * Converts the HTML blocks of a job summary (as written by `@actions/core` and by our summary
 * builder) to Markdown for the renderer. Code blocks stay unchanged.
 */
export function htmlBlocksToMarkdown(text: string): string {
  const fenced = text.replace(
    /<pre\b[^>]*>(?:<code>)?([\s\S]*?)(?:<\/code>)?<\/pre>/gi,
    (_, code: string) => `\n\n${FENCE}\n${decodeEntities(code)}\n${FENCE}\n\n`,
  );
  let result = '';
  let at = 0;
  for (const block of fenced.matchAll(FENCED)) {
    result += rewrite(fenced.slice(at, block.index)) + block[0];
    at = block.index + block[0].length;
  }
  return result + rewrite(fenced.slice(at));
}

function rewrite(text: string): string {
  return REWRITES.reduce(
    (result, [pattern, replace]) =>
      result.replace(pattern, (_, tag: string, inner: string) => replace(inner, tag)),
    text,
  );
}

function toPipeTable(html: string): string {
  const rows = [...html.matchAll(/<tr\b[^>]*>([\s\S]*?)(?:<\/tr>|$)/gi)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]\b[^>]*>([\s\S]*?)<\/t[hd]>/gi)].map(([, cell = '']) =>
      joinLines(cell).replaceAll('|', '&#124;'),
    ),
  );
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `\n\n${[line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')}\n\n`;
}

function toMarkdownList(html: string, tag: string): string {
  const items = [...html.matchAll(/<li\b[^>]*>([\s\S]*?)<\/li>/gi)].map(([, item = ''], index) => {
    const bullet = tag.toLowerCase() === 'ol' ? `${index + 1}.` : '-';
    return `${bullet} ${joinLines(item)}`;
  });
  return `\n\n${items.join('\n')}\n\n`;
}

function joinLines(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
