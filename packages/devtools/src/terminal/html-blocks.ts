import { decodeEntities } from './inline.ts';

/** Marks, which cannot stand in cleaned text, for the begin and the end of `<details>`. */
export const DETAILS_BEGIN = '\u0001';
export const DETAILS_END = '\u0002';

const FENCED = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?\n\1[^\S\n]*$/gm;
const FENCE = '`'.repeat(9);

type Rewrite = readonly [pattern: RegExp, replace: (inner: string, tag: string) => string];

const REWRITES: readonly Rewrite[] = [
  [
    /<h([1-6])\b[^>]*>([\s\S]*?)<\/h\1>/gi,
    (text, level) => `\n\n${'#'.repeat(Number(level))} ${oneLine(text)}\n\n`,
  ],
  [/<(table)\b[^>]*>([\s\S]*?)<\/table>/gi, pipeTable],
  [/<([uo]l)\b[^>]*>([\s\S]*?)<\/\1>/gi, list],
  [/<(blockquote)\b[^>]*>([\s\S]*?)<\/blockquote>/gi, (text) => `\n\n> ${oneLine(text)}\n\n`],
  [
    /<(details)\b[^>]*>\s*<summary>([\s\S]*?)<\/summary>/gi,
    (text) => `\n\n${DETAILS_BEGIN}${oneLine(text)}\n\n`,
  ],
  [/<\/(details)()>/gi, () => `\n\n${DETAILS_END}\n\n`],
  [/<(hr)()\b[^>]*>/gi, () => '\n\n---\n\n'],
  [/<\/?(p|div)()\b[^>]*>/gi, () => '\n\n'],
];

/**
 * Turns the HTML blocks of a job summary (those that `@actions/core` and our own builder write)
 * into Markdown, so that one renderer serves both. Code blocks stay as they are.
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

function pipeTable(html: string): string {
  const rows = [...html.matchAll(/<tr\b[^>]*>([\s\S]*?)(?:<\/tr>|$)/gi)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]\b[^>]*>([\s\S]*?)<\/t[hd]>/gi)].map(([, cell = '']) =>
      oneLine(cell).replaceAll('|', '&#124;'),
    ),
  );
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `\n\n${[line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')}\n\n`;
}

function list(html: string, tag: string): string {
  const items = [...html.matchAll(/<li\b[^>]*>([\s\S]*?)<\/li>/gi)].map(([, item = ''], index) => {
    const bullet = tag.toLowerCase() === 'ol' ? `${index + 1}.` : '-';
    return `${bullet} ${oneLine(item)}`;
  });
  return `\n\n${items.join('\n')}\n\n`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
