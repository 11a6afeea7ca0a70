import { cell, code, table } from './markdown.ts';
import type { Field, WorkflowFile } from './workflow-file.ts';

/** Renders the triggers of each workflow, the actions and workflows it uses, and its timeout. */
export function renderTriggers(workflows: readonly WorkflowFile[], from: string): string {
  return table(
    ['Workflow', 'Runs on', 'Uses', 'Timeout'],
    workflows.map(({ path, name, triggers, uses, maxMinutes }) => [
      `[${cell(name)}](${from}${path})`,
      triggers.map(code).join('<br>'),
      uses.map(code).join('<br>'),
      maxMinutes === undefined ? 'that of the called workflow' : `${maxMinutes} min`,
    ]),
  );
}

/** Renders the permissions, inputs, secrets and outputs of each reusable workflow. */
export function renderReference(workflows: readonly WorkflowFile[]): string {
  return workflows.map(renderWorkflow).join('\n\n');
}

function renderWorkflow({ path, call, permissions }: WorkflowFile): string {
  const file = path.split('/').at(-1);
  return [
    `### ${file}`,
    `Requires ${permissions.map(code).join(', ') || 'no permissions'}.`,
    table(['Input', 'Description', 'Default'], (call?.inputs ?? []).map(renderInput)),
    ...renderFields('Secret', call?.secrets),
    ...renderFields('Output', call?.outputs),
  ].join('\n\n');
}

function renderInput(field: Field): readonly string[] {
  const value = field.required ? '**required**' : field.default === '' ? '' : code(field.default);
  return [code(field.name), cell(field.description), value];
}

function renderFields(title: string, fields: readonly Field[] = []): readonly string[] {
  if (fields.length === 0) return [];
  const rows = fields.map(({ name, description }) => [code(name), cell(description)]);
  return [table([title, 'Description'], rows)];
}
