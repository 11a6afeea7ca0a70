import type {
  ActionInput,
  ActionManifest,
  ActionOutput,
} from '@repo/testkit/runner/action-manifest';
import { cell, code, table } from './markdown.ts';

/** Renders the inputs of an action as a Markdown table. */
export function renderInputs(inputs: readonly ActionInput[]): string {
  if (inputs.length === 0) return 'None.';
  return table(
    ['Input', 'Description', 'Default'],
    inputs.map((input) => [code(input.name), describe(input), formatDefault(input)]),
  );
}

/** Renders the outputs of an action as a Markdown table. */
export function renderOutputs(outputs: readonly ActionOutput[]): string {
  if (outputs.length === 0) return 'None.';
  return table(
    ['Output', 'Description'],
    outputs.map(({ name, description }) => [code(name), cell(description)]),
  );
}

/** Renders all actions of the repository with links to their READMEs. */
export function renderActions(
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

/** Renders how to reference an action by tag, and by the commit of one release. */
export function renderVersions(folder: string): string {
  return (
    '`@v1` follows the latest release of version 1. To stay on one release, write the commit of its tag, and ' +
    'the tag\nas a comment for Dependabot: ' +
    `\`uses: org/actions/${folder}@<commit SHA> # v1.2.3\`. The page of each release\nshows its commit.`
  );
}

function describe(input: ActionInput): string {
  const deprecated =
    input.deprecationMessage === undefined
      ? ''
      : ` **Deprecated:** ${cell(input.deprecationMessage)}`;
  return cell(input.description) + deprecated;
}

function formatDefault(input: ActionInput): string {
  if (input.required) return '**required**';
  return input.default === undefined || input.default === '' ? '' : code(input.default);
}
