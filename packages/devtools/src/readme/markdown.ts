/** Renders a GitHub Markdown table; the cells are Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * Renders a description as a cell. Keeps its Markdown, but escapes bars and HTML. Paragraphs and
 * lists become lines; a single line end becomes a space, as in Markdown.
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

/** Renders text as code, including backticks, bars and several lines. */
export function code(text: string): string {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => renderCodeSpan(line)).join('<br>');
}

function renderCodeSpan(line: string): string {
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const space = runs.length > 0 ? ' ' : '';
  return `${fence}${space}${line.replaceAll('|', '\\|')}${space}${fence}`;
}

/** A text with its section replaced, or the marker that is missing. */
type SectionResult =
  | { readonly kind: 'replaced'; readonly text: string }
  | { readonly kind: 'no-marker'; readonly marker: string };

/** Puts `content` between `<!-- name:start -->` and `<!-- name:end -->`. Idempotent. */
export function replaceSection(text: string, name: string, content: string): SectionResult {
  const start = `<!-- ${name}:start -->`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(start);
  if (from < 0) return { kind: 'no-marker', marker: start };
  const to = text.indexOf(end, from);
  if (to < 0) return { kind: 'no-marker', marker: end };
  return {
    kind: 'replaced',
    text: `${text.slice(0, from)}${start}\n\n${content}\n\n${text.slice(to)}`,
  };
}
