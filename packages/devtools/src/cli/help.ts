import type { ActionManifest } from '@repo/testkit/runner/action-manifest';
import { parseInline } from '../terminal/inline.ts';
import type { TerminalOptions } from '../terminal/markdown.ts';
import { displayWidth, paint, wrap } from '../terminal/spans.ts';

const USAGE = `Usage: pnpm action <name> key=value … [--debug]

Runs an action of this repository in the current folder, as the GitHub runner does.
--debug, RUNNER_DEBUG=1 or ACTIONS_STEP_DEBUG=true prints the debug log.
key=@file reads the value from a file. key=@@text is the value "@text".
Set GITHUB_TOKEN (or GH_TOKEN) and GITHUB_REPOSITORY to give the action access to GitHub.
`;

/** Formats the usage, and the given actions with their inputs and defaults. */
export function formatHelp(
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
          `${input.description.trim()} ${formatDefault(input)}`.trim(),
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

function formatDefault({ required, default: value }: ActionManifest['inputs'][number]): string {
  if (required) return '**(required)**';
  return value ? `(default: ${value.trim().replaceAll('\n', ', ')})` : '';
}

function bold(text: string, { ansi }: TerminalOptions): string {
  return paint([{ text, styles: ['bold'] }], ansi);
}
