import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readActionManifest } from '../runner/action-manifest.ts';
import { replaceSection } from './sections.ts';
import { actionsTable, inputsTable, outputsTable } from './tables.ts';

/** A README, relative to the repository, as it is against as it should be. */
export type ReadmeState =
  | { readonly kind: 'current' | 'stale'; readonly path: string; readonly text: string }
  | { readonly kind: 'broken'; readonly path: string; readonly problem: string };

/** Reads every `action.yml` below `actions/` of the repository and renders all READMEs anew. */
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
