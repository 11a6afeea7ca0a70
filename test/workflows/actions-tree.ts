import { globSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readActions } from '@repo/release/actions';
import { createRootAction } from '@repo/release/root-action';

/** The actions and reusable workflows in the layout of a release, for `org/actions/<name>@v1`. */
export interface ActionsTree {
  readonly folder: string;
  /** The third-party actions of its workflows and composites, `owner/name@ref`. */
  readonly thirdParty: ReadonlySet<string>;
}

/**
 * Creates the tree from the bundles of a checkout.
 *
 * @param siblings replaces `$/`, the repository at the running commit, which act does not support
 */
export async function createActionsTree(
  root: string,
  folder: string,
  siblings: 'by-repository' | 'unchanged' = 'by-repository',
): Promise<ActionsTree> {
  const thirdParty = new Set<string>();
  const stamp = (text: string) => {
    for (const [, uses = ''] of text.matchAll(/uses: ([\w-]+\/[\w-]+@\S+)/g)) thirdParty.add(uses);
    const known = withoutNewKeys(text);
    if (siblings === 'unchanged') return known;
    return known.replace(/uses: \$\/(\S+)/g, 'uses: org/actions/$1@v1');
  };
  for (const name of await readdir(join(root, 'actions'))) {
    const from = join(root, 'actions', name);
    const manifest = await readFile(join(from, 'action.yml'), 'utf8').catch(() => undefined);
    if (manifest === undefined) continue;
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'action.yml'), stamp(manifest));
    if (await stat(join(from, 'dist')).catch(() => undefined)) {
      await cp(join(from, 'dist'), join(folder, name, 'dist'), { recursive: true });
    }
  }
  const manifests = globSync('actions/*/action.yml', { cwd: root });
  const actions = readActions(manifests, (path) => readFileSync(join(root, path), 'utf8'));
  await writeFile(join(folder, 'action.yml'), createRootAction(actions));
  const workflows = join(root, '.github/workflows');
  await mkdir(join(folder, '.github/workflows'), { recursive: true });
  for (const name of await readdir(workflows)) {
    const text = await readFile(join(workflows, name), 'utf8');
    await writeFile(join(folder, '.github/workflows', name), stamp(text));
  }
  return { folder, thirdParty };
}

/** Removes keys that act rejects. It has no queue and creates no deployments. */
export function withoutNewKeys(workflow: string): string {
  return workflow.replace(/^ +(?:queue: max|deployment: false)\n/gm, '');
}
