import type { ActionInput, ActionManifest, ActionOutput } from '../runner/action-manifest.ts';

/** The inputs of an action as a Markdown table. */
export function inputsTable(inputs: readonly ActionInput[]): string {
  if (inputs.length === 0) return 'None.';
  return table(
    ['Input', 'Description', 'Default'],
    inputs.map((input) => [code(input.name), describe(input), defaultOf(input)]),
  );
}

/** The outputs of an action as a Markdown table. */
export function outputsTable(outputs: readonly ActionOutput[]): string {
  if (outputs.length === 0) return 'None.';
  return table(
    ['Output', 'Description'],
    outputs.map(({ name, description }) => [code(name), cell(description)]),
  );
}

/** All actions of the repository, each linked to its folder below `actions/`. */
export function actionsTable(
  actions: readonly { readonly folder: string; readonly manifest: ActionManifest }[],
): string {
  return table(
    ['Action', 'What it does'],
    actions.map(({ folder, manifest }) => [
      `[${folder}](actions/${folder}/README.md)`,
      cell(manifest.description),
    ]),
  );
}

function describe(input: ActionInput): string {
  const deprecated =
    input.deprecationMessage === undefined
      ? ''
      : ` **Deprecated:** ${cell(input.deprecationMessage)}`;
  return cell(input.description) + deprecated;
}

function defaultOf(input: ActionInput): string {
  if (input.required) return '**required**';
  return input.default === undefined || input.default === '' ? '' : code(input.default);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * A description as a cell: its Markdown stays, but for what would end the cell or be read as HTML.
 * Paragraphs and lists become lines; a single line end is a space, as in Markdown.
 */
function cell(text: string): string {
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
function code(text: string): string {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => codeSpan(line)).join('<br>');
}

function codeSpan(line: string): string {
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const space = runs.length > 0 ? ' ' : '';
  return `${fence}${space}${line.replaceAll('|', '\\|')}${space}${fence}`;
}
