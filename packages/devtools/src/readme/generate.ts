import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';

import { replaceSection } from './markdown.ts';
import { renderActions, renderInputs, renderOutputs, renderVersions } from './tables.ts';
import { readWorkflows, type WorkflowFile } from './workflow-file.ts';
import { renderReference, renderTriggers } from './workflow-tables.ts';

/** The state of a README compared to its generated content; the path is relative to the repository. */
export type ReadmeState =
  | { readonly kind: 'current' | 'stale'; readonly path: string; readonly text: string }
  | { readonly kind: 'broken'; readonly path: string; readonly problem: string };

const WORKFLOWS = 'docs/workflows.md';

/**
 * Reads every `action.yml` below `actions/` and every workflow, and renders the tables of all
 * READMEs and of `docs/workflows.md`.
 */
export async function generateReadmes(root: string): Promise<readonly ReadmeState[]> {
  const actions = await Promise.all(
    (await actionFolders(root)).map(async (folder) => ({
      folder,
      manifest: await readActionManifest(join(root, 'actions', folder)),
    })),
  );
  return Promise.all([
    update(root, 'README.md', { actions: renderActions(actions) }),
    ...actions.map(({ folder, manifest }) =>
      update(root, join('actions', folder, 'README.md'), {
        versions: renderVersions(folder),
        inputs: renderInputs(manifest.inputs),
        outputs: renderOutputs(manifest.outputs),
      }),
    ),
    ...((await exists(join(root, WORKFLOWS))) ? [updateWorkflows(root)] : []),
  ]);
}

/** Returns the names of the folders below `actions/` with an `action.yml`, sorted. */
export async function actionFolders(root: string): Promise<readonly string[]> {
  const names = await readdir(join(root, 'actions'));
  const found = await Promise.all(
    names.map((name) =>
      access(join(root, 'actions', name, 'action.yml')).then(
        () => [name],
        () => [],
      ),
    ),
  );
  return found.flat().sort();
}

async function updateWorkflows(root: string): Promise<ReadmeState> {
  const own = await readWorkflows(root);
  // A called workflow without actions of the release is for this repository only.
  const isReusable = ({ call, uses }: WorkflowFile) => call !== undefined && uses.length > 0;
  const reusable = own.filter(isReusable);
  const systems = await readdir(join(root, 'examples')).catch(() => []);
  const matrices = await Promise.all(
    systems.toSorted().map(async (system) => {
      const files = await readWorkflows(root, join('examples', system));
      return files.length === 0 ? [] : [`#### ${system}\n\n${renderTriggers(files, '../')}`];
    }),
  );
  return update(root, WORKFLOWS, {
    reusable: renderTriggers(reusable, '../'),
    examples: matrices.flat().join('\n\n'),
    own: renderTriggers(
      own.filter((file) => !isReusable(file)),
      '../',
    ),
    reference: renderReference(reusable),
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function update(
  root: string,
  path: string,
  sections: Readonly<Record<string, string>>,
): Promise<ReadmeState> {
  const old = await readFile(join(root, path), 'utf8').catch(() => undefined);
  if (old === undefined) return { kind: 'broken', path, problem: 'is missing' };
  let text = old;
  for (const [name, content] of Object.entries(sections)) {
    const result = replaceSection(text, name, content);
    if (result.kind === 'no-marker') {
      return { kind: 'broken', path, problem: `is missing the marker ${result.marker}` };
    }
    text = result.text;
  }
  return { kind: text === old ? 'current' : 'stale', path, text };
}
