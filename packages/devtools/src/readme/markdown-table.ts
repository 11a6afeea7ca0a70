/** A table of GitHub's Markdown; the cells are Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * A description as a cell: its Markdown stays, but for what would end the cell or be read as HTML.
 * Paragraphs and lists become lines; a single line end is a space, as in Markdown.
 */
export function cell(text: string): string {
  return text
    .trim()
    .replaceAll('|', '\\|')
    .split(/(`+[^`]*`+)/)
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '&lt;') : part))
    .join('')
    .replace(/\s*\n(?:\s*\n)+\s*|\s*\n\s*(?=[-*] )/g, '<br>')
    .replace(/\s*\n\s*/g, ' ');
}

/** Text as code, also when it has backticks, bars or several lines. */
export function code(text: string): string {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => codeSpan(line)).join('<br>');
}

function codeSpan(line: string): string {
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const space = runs.length > 0 ? ' ' : '';
  return `${fence}${space}${line.replaceAll('|', '\\|')}${space}${fence}`;
}
