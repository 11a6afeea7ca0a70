import { displayWidth, lineWidth, paint, type Span, wrap } from './spans.ts';

/** A table of parsed cells; the first row is the header. */
export interface Table {
  readonly rows: readonly (readonly (readonly Span[])[])[];
  readonly align: readonly ('left' | 'right' | 'center')[];
}

const GAP = ' │ ';

/** Renders a table within `columns` cells; narrows the widest columns first. */
export function renderTable(table: Table, columns: number, ansi: boolean): readonly string[] {
  const count = Math.max(...table.rows.map((row) => row.length));
  const indices = Array.from({ length: count }, (_, index) => index);
  const widest = (measure: (cell: readonly Span[]) => number) =>
    indices.map((index) => Math.max(1, ...table.rows.map((row) => measure(row[index] ?? []))));
  const widths = fit(
    widest(getNaturalWidth),
    widest(getLongestWord),
    columns - GAP.length * (count - 1),
  );
  const wrapped = table.rows.map((row) =>
    indices.map((index) => wrap(row[index] ?? [], widths[index] ?? 1)),
  );
  // Rules separate rows of several lines from their neighbours.
  const tall = wrapped.map((row) => row.some((cell) => cell.length > 1));
  const rule = dim(widths.map((width) => '─'.repeat(width)).join('─┼─'), ansi);
  return wrapped.flatMap((row, number) => [
    ...(number === 1 || (number > 1 && (tall[number] || tall[number - 1])) ? [rule] : []),
    ...Array.from({ length: Math.max(...row.map((cell) => cell.length)) }, (_, line) =>
      indices
        .map((index) =>
          pad(row[index]?.[line] ?? [], widths[index] ?? 1, table.align[index] ?? 'left', ansi),
        )
        .join(dim(GAP, ansi))
        .trimEnd(),
    ),
  ]);
}

function getNaturalWidth(cell: readonly Span[]): number {
  return Math.max(...wrap(cell, Number.POSITIVE_INFINITY).map(lineWidth));
}

function getLongestWord(cell: readonly Span[]): number {
  const text = cell.map((span) => span.text).join('');
  return Math.max(...text.split(/\s+/).map(displayWidth));
}

/**
 * Narrows the widest column that does not have to break a word, or else the widest column. A word
 * counts for at most 40% of the width, so that a URL leaves space for the other columns.
 */
function fit(natural: readonly number[], words: readonly number[], width: number) {
  const widths = [...natural];
  let over = widths.reduce((sum, one) => sum + one, 0) - width;
  for (; over > 0 && Math.max(...widths) > 1; over--) {
    const slack = widths.map((columnWidth, index) =>
      columnWidth > Math.min(words[index] ?? 0, 0.4 * width) ? columnWidth : 0,
    );
    const from = Math.max(...slack) > 1 ? slack : widths;
    const widest = from.indexOf(Math.max(...from));
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
}

function pad(line: readonly Span[], width: number, align: Table['align'][number], ansi: boolean) {
  const space = Math.max(0, width - lineWidth(line));
  const left = { left: 0, right: space, center: Math.floor(space / 2) }[align];
  return ' '.repeat(left) + paint(line, ansi) + ' '.repeat(space - left);
}

function dim(text: string, ansi: boolean): string {
  return paint([{ text, styles: ['dim'] }], ansi);
}
