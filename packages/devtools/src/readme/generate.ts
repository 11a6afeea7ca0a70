import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { replaceSection } from './sections.ts';
import { actionsTable, inputsTable, outputsTable } from './tables.ts';
import { workflowFiles } from './workflow-file.ts';
import { callReference, triggerMatrix } from './workflow-tables.ts';

/** A README, relative to the repository, as it is against as it should be. */
export type ReadmeState =
  | { readonly kind: 'current' | 'stale'; readonly path: string; readonly text: string }
  | { readonly kind: 'broken'; readonly path: string; readonly problem: string };

const WORKFLOWS = 'docs/workflows.md';

/**
 * Reads every `action.yml` below `actions/` of the repository, and every workflow, and renders all
 * READMEs anew, and the tables of `docs/workflows.md` where it is.
 */
export async function generateReadmes(root: string): Promise<readonly ReadmeState[]> {
  const actions = await Promise.all(
    (await actionFolders(root)).map(async (folder) => ({
      folder,
      manifest: await readActionManifest(join(root, 'actions', folder)),
    })),
  );
  return Promise.all([
    renew(root, 'README.md', { actions: actionsTable(actions) }),
    ...actions.map(({ folder, manifest }) =>
      renew(root, join('actions', folder, 'README.md'), {
        inputs: inputsTable(manifest.inputs),
        outputs: outputsTable(manifest.outputs),
      }),
    ),
    ...((await exists(join(root, WORKFLOWS))) ? [renewWorkflows(root)] : []),
  ]);
}

/** The names of the folders below `actions/` that hold an `action.yml`, sorted. */
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

async function renewWorkflows(root: string): Promise<ReadmeState> {
  const own = await workflowFiles(root);
  const reusable = own.filter(({ call }) => call !== undefined);
  const systems = await readdir(join(root, 'examples')).catch(() => []);
  const matrices = await Promise.all(
    systems.toSorted().map(async (system) => {
      const files = await workflowFiles(root, join('examples', system));
      return files.length === 0 ? [] : [`#### ${system}\n\n${triggerMatrix(files, '../')}`];
    }),
  );
  return renew(root, WORKFLOWS, {
    reusable: triggerMatrix(reusable, '../'),
    examples: matrices.flat().join('\n\n'),
    own: triggerMatrix(
      own.filter(({ call }) => call === undefined),
      '../',
    ),
    reference: callReference(reusable),
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function renew(
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
      return { kind: 'broken', path, problem: `lacks the marker ${result.marker}` };
    }
    text = result.text;
  }
  return { kind: text === old ? 'current' : 'stale', path, text };
}
