import { cell, code, table } from './markdown-table.ts';
import type { Field, WorkflowFile } from './workflow-file.ts';

/** When each workflow runs, what of ours it uses, and how long it is let run. */
export function triggerMatrix(workflows: readonly WorkflowFile[], from: string): string {
  return table(
    ['Workflow', 'Runs on', 'Uses', 'At most'],
    workflows.map(({ path, name, triggers, ours, limit }) => [
      `[${cell(name)}](${from}${path})`,
      triggers.map(code).join('<br>'),
      ours.map(code).join('<br>'),
      limit === undefined ? 'as its parts' : `${limit} min`,
    ]),
  );
}

/** What each reusable workflow takes, needs and gives. */
export function callReference(workflows: readonly WorkflowFile[]): string {
  return workflows.map(reference).join('\n\n');
}

function reference({ path, call, permissions }: WorkflowFile): string {
  const file = path.split('/').at(-1);
  return [
    `### ${file}`,
    `Needs ${permissions.map(code).join(', ') || 'no permission'}.`,
    table(['Input', 'Description', 'Default'], (call?.inputs ?? []).map(input)),
    ...fields('Secret', call?.secrets),
    ...fields('Output', call?.outputs),
  ].join('\n\n');
}

function input(field: Field): readonly string[] {
  const value = field.required ? '**required**' : field.default === '' ? '' : code(field.default);
  return [code(field.name), cell(field.description), value];
}

function fields(title: string, all: readonly Field[] = []): readonly string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ name, description }) => [code(name), cell(description)]);
  return [table([title, 'Description'], rows)];
}
