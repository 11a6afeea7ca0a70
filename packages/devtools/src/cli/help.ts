import type { ActionManifest } from '@repo/testkit/runner/action-manifest';
import { parseInline } from '../terminal/inline.ts';
import type { TerminalOptions } from '../terminal/markdown.ts';
import { displayWidth, paint, wrap } from '../terminal/spans.ts';

const USAGE = `Usage: pnpm action <name> key=value … [--debug]

Runs one of our actions here, as GitHub's runner would, in the current folder.
key=@file reads the value from a file; key=@@text is "@text".
GITHUB_TOKEN (or GH_TOKEN) and GITHUB_REPOSITORY are what the action sees of GitHub.
`;

/** How to use the command, and the given actions with their inputs and defaults. */
export function helpText(
  actions: readonly { readonly folder: string; readonly manifest: ActionManifest }[],
  terminal: TerminalOptions,
): string {
  const parts = actions.map(({ folder, manifest }) => {
    const names = manifest.inputs.map(({ name }) => name);
    const indent = 2 + Math.max(0, ...names.map(displayWidth)) + 2;
    return [
      bold(folder, terminal),
      ...column(manifest.description, 2, terminal),
      '',
      ...manifest.inputs.flatMap((input) => {
        const [first = '', ...rest] = column(
          `${input.description.trim()} ${defaultOf(input)}`.trim(),
          indent,
          terminal,
        );
        return [`  ${input.name}`.padEnd(indent) + first.trimStart(), ...rest];
      }),
    ].join('\n');
  });
  return `${[USAGE, ...parts].join('\n')}\n`;
}

function column(text: string, indent: number, { columns, ansi }: TerminalOptions) {
  const lines = wrap(parseInline(text, !ansi), Math.max(20, columns - indent));
  return lines.map((line) => ' '.repeat(indent) + paint(line, ansi));
}

function defaultOf({ required, default: value }: ActionManifest['inputs'][number]): string {
  if (required) return '**(required)**';
  return value ? `(default: ${value.trim().replaceAll('\n', ', ')})` : '';
}

function bold(text: string, { ansi }: TerminalOptions): string {
  return paint([{ text, styles: ['bold'] }], ansi);
}
