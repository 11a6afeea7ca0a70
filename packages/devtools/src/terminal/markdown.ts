import { stripVTControlCharacters } from 'node:util';
import { DETAILS_BEGIN, DETAILS_END, htmlBlocksToMarkdown } from './html-blocks.ts';
import { parseInline } from './inline.ts';
import { displayWidth, paint, type Span, wrap } from './spans.ts';
import { renderTable, type Table } from './table.ts';

export interface TerminalOptions {
  /** The width of the terminal, in cells. */
  readonly columns: number;
  /** Uses escape sequences for colours and links; otherwise the text is plain. */
  readonly ansi: boolean;
}

/** Returns the options for a stream. Limits wide terminals to 120 columns for readability. */
export function getTerminalOptions(stream: NodeJS.WriteStream): TerminalOptions {
  return {
    columns: Math.min(stream.columns ?? 80, 120),
    ansi: stream.isTTY === true && stream.hasColors(),
  };
}

/** One kind of block: how to recognise it, how many lines it has, and how to render it. */
interface BlockRule {
  matches(lines: readonly string[]): boolean;
  length(lines: readonly string[]): number;
  render(lines: readonly string[], terminal: TerminalOptions): readonly string[];
}

const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(?:\[([ x])\]\s)?(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

const BLOCKS: readonly BlockRule[] = [
  {
    matches: ([line = '']) => /^(`{3,}|~{3,})/.test(line),
    length: ([line = '', ...rest]) => {
      const fence = /^[`~]+/.exec(line)?.[0] ?? '';
      const end = rest.findIndex((other) => other.trimEnd() === fence);
      return end < 0 ? rest.length + 1 : end + 2;
    },
    render: codeBlock,
  },
  {
    matches: ([line = '']) => line.startsWith(DETAILS_BEGIN),
    length: detailsLength,
    render: ([line = '', ...body], terminal) => [
      ...text(`▾ ${line.slice(1)}`, terminal, ['bold']),
      ...renderLines(
        body.filter((_, index) => index < body.length - 1 || !body.at(-1)?.startsWith(DETAILS_END)),
        narrow(terminal, 2),
      ).map((inner) => (inner === '' ? '' : `  ${inner}`)),
    ],
  },
  {
    matches: ([line = '']) => line.startsWith(DETAILS_END),
    length: () => 1,
    render: () => [],
  },
  {
    matches: ([line = '']) => /^#{1,6}\s/.test(line),
    length: () => 1,
    render: ([line = ''], terminal) => heading(line, terminal),
  },
  {
    matches: ([line = '', next = '']) =>
      line.includes('|') && next.includes('-') && TABLE_RULE.test(next),
    length: (lines) => countWhile(lines, (line) => line.includes('|')),
    render: (lines, terminal) =>
      renderTable(table(lines, terminal), terminal.columns, terminal.ansi),
  },
  {
    matches: ([line = '']) => /^\s*([-*_])(?:\s*\1){2,}\s*$/.test(line),
    length: () => 1,
    render: (_, { columns, ansi }) => [rule(columns, ansi)],
  },
  {
    matches: ([line = '']) => /^>/.test(line),
    length: (lines) => countWhile(lines, (line) => line.startsWith('>')),
    render: quote,
  },
  {
    matches: ([line = '']) => ITEM.test(line),
    length: (lines) =>
      1 + countWhile(lines.slice(1), (line) => /^\s+\S/.test(line) && !ITEM.test(line)),
    render: listItem,
  },
];

/**
 * Renders a job summary (GitHub Markdown with the HTML that summaries use) for a terminal.
 * Expands details, replaces charts and pictures by notes, and removes control characters.
 */
export function renderMarkdown(markdown: string, terminal: TerminalOptions): string {
  const clean = stripVTControlCharacters(markdown).replace(/[^\P{Cc}\t\n]/gu, '');
  const lines = renderLines(htmlBlocksToMarkdown(clean).split('\n'), terminal);
  return `${lines.join('\n')}\n`;
}

function renderLines(lines: readonly string[], terminal: TerminalOptions): readonly string[] {
  const blocks: { lines: readonly string[]; isItem: boolean }[] = [];
  let rest = lines;
  while (rest.length > 0) {
    if (rest[0]?.trim() === '') {
      rest = rest.slice(1);
      continue;
    }
    const block = BLOCKS.find((rule) => rule.matches(rest)) ?? PARAGRAPH;
    const length = block.length(rest);
    const isItem = ITEM.test(rest[0] ?? '');
    blocks.push({ lines: block.render(rest.slice(0, length), terminal), isItem });
    rest = rest.slice(length);
  }
  // Adds a blank line between blocks, but not between list items.
  return blocks
    .filter((block) => block.lines.length > 0)
    .flatMap((block, index, all) =>
      index === 0 || (block.isItem && all[index - 1]?.isItem) ? block.lines : ['', ...block.lines],
    );
}

const PARAGRAPH: BlockRule = {
  matches: () => true,
  length: (lines) =>
    1 +
    countWhile(
      lines.slice(1),
      (line, index) =>
        line.trim() !== '' && !BLOCKS.some((rule) => rule.matches(lines.slice(index + 1))),
    ),
  render: (lines, terminal) => text(lines.join('\n'), terminal),
};

function text(markdown: string, terminal: TerminalOptions, styles: Span['styles'] = []) {
  const spans = parseInline(markdown, !terminal.ansi, styles);
  return wrap(spans, terminal.columns).map((line) => paint(line, terminal.ansi));
}

function heading(line: string, terminal: TerminalOptions): readonly string[] {
  const [, marks = '', title = ''] = /^(#+)\s+(.*?)\s*#*$/.exec(line) ?? [];
  const lines = text(title, terminal, ['bold']);
  if (marks.length > 2) return lines;
  const width = Math.max(...lines.map((one) => displayWidth(stripVTControlCharacters(one))));
  return [...lines, rule(width, terminal.ansi, marks.length === 1 ? '═' : '─')];
}

function codeBlock(lines: readonly string[], { ansi }: TerminalOptions): readonly string[] {
  const [first = '', ...body] = lines;
  const code = /^[`~]+\s*$/.test(body.at(-1) ?? '') ? body.slice(0, -1) : body;
  if (/^[`~]+\s*mermaid/.test(first)) {
    const title = code
      .map((line) => /^\s*(?:pie\s+)?title\s+"?([^"]*)"?/.exec(line)?.[1])
      .find(Boolean);
    return [paint([{ text: title ? `[chart] ${title}` : '[chart]', styles: ['dim'] }], ansi)];
  }
  return code.map((line) => `  ${paint([{ text: line, styles: ['cyan'] }], ansi)}`.trimEnd());
}

function quote(lines: readonly string[], terminal: TerminalOptions): readonly string[] {
  const inner = lines.map((line) => line.replace(/^>\s?/, ''));
  const alert = /^\[!(\w+)\]\s*$/.exec(inner[0] ?? '')?.[1];
  const titled = alert
    ? [`**${alert[0]}${alert.slice(1).toLowerCase()}:**`, ...inner.slice(1)]
    : inner;
  const bar = paint([{ text: '│ ', styles: ['dim'] }], terminal.ansi);
  return renderLines(titled, narrow(terminal, 2)).map((line) => bar + line);
}

function listItem(lines: readonly string[], terminal: TerminalOptions): readonly string[] {
  const [, indent = '', number, ticked, first = ''] = ITEM.exec(lines[0] ?? '') ?? [];
  const box = ticked === undefined ? '' : ticked === 'x' ? '☑ ' : '☐ ';
  const bullet = `${indent}${number === undefined ? '•' : `${number}.`} ${box}`;
  const hang = ' '.repeat(displayWidth(bullet));
  const body = [first, ...lines.slice(1).map((line) => line.trim())].join('\n');
  return text(body, narrow(terminal, hang.length)).map((line, index) =>
    index === 0 ? bullet + line : hang + line,
  );
}

function table(lines: readonly string[], { ansi }: TerminalOptions): Table {
  const [head = '', delimiters = '', ...body] = lines;
  const row = (line: string, styles: Span['styles']) =>
    splitCells(line).map((cell) => parseInline(cell, !ansi, styles));
  return {
    rows: [row(head, ['bold']), ...body.map((line) => row(line, []))],
    align: splitCells(delimiters).map((cell) =>
      cell.endsWith(':') ? (cell.startsWith(':') ? 'center' : 'right') : 'left',
    ),
  };
}

/** Splits a row into cells; an escaped bar is text. */
function splitCells(line: string): readonly string[] {
  const inner = line.trim().replace(/^\||(?<!\\)\|$/g, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

function detailsLength(lines: readonly string[]): number {
  let depth = 0;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith(DETAILS_BEGIN)) depth++;
    if (line.startsWith(DETAILS_END) && --depth === 0) return index + 1;
  }
  return lines.length;
}

function countWhile(lines: readonly string[], test: (line: string, index: number) => boolean) {
  const end = lines.findIndex((line, index) => !test(line, index));
  return end < 0 ? lines.length : end;
}

function narrow({ columns, ansi }: TerminalOptions, by: number): TerminalOptions {
  return { columns: Math.max(columns - by, 10), ansi };
}

function rule(width: number, ansi: boolean, sign = '─'): string {
  return paint([{ text: sign.repeat(width), styles: ['dim'] }], ansi);
}
