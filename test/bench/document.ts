import { replaceSection } from '@repo/devtools/readme/markdown';
import type { Benchmark, Table } from './benchmark.ts';

/** The table as GitHub's Markdown. */
export function renderTable({ columns, rows }: Table): string {
  return [columns, columns.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/**
 * `docs/benchmarks.md` with one section made anew: what was measured, with which command, when and
 * where. The others stay, each with its own date; a benchmark that it lacks comes at its end.
 *
 * @param environment date, Node and machine
 */
export function updateSection(
  document: string,
  name: string,
  benchmark: Pick<Benchmark, 'title' | 'method'>,
  table: Table,
  environment: string,
): string {
  const content = [
    `## ${benchmark.title}`,
    benchmark.method,
    renderTable(table),
    `\`npx --yes pnpm@12.21.0 bench ${name}\`, ${environment}`,
  ].join('\n\n');
  const marked = document.includes(`<!-- ${name}:start -->`)
    ? document
    : `${document.trimEnd()}\n\n<!-- ${name}:start -->\n<!-- ${name}:end -->\n`;
  const result = replaceSection(marked, name, content);
  if (result.kind === 'replaced') return result.text;
  throw new Error(`docs/benchmarks.md lacks the marker ${result.marker}`);
}
