import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readActions, type SourceAction } from './actions.ts';
import type { Git } from './git.ts';
import type { Placement } from './links.ts';
import { ReleaseError } from './release-error.ts';
import type { Source } from './source.ts';
import { relocate, type Siblings, type Tree, type TreeFile } from './tree.ts';

/** The committed sources and the bundles of one checkout. */
export interface Checkout {
  readonly source: Source;
  readonly actions: readonly SourceAction[];
  /** Reads a committed file, so line endings of the working tree do not matter. */
  readonly file: (path: string) => TreeFile;
  /** Reads the bundle of an action; the paths are relative to `dist/`. */
  readonly dist: (action: string) => Tree;
}

/** Opens a checkout; `file` and `dist` throw a {@link ReleaseError} if a file is missing. */
export function openCheckout(root: string, git: Git, source: Source): Checkout {
  const file: Checkout['file'] = (path) => {
    const blob = source.files.get(path);
    if (blob === undefined)
      throw new ReleaseError(`${path} is missing.`, 'Add it. A release requires it.');
    return { mode: blob.mode, bytes: git.bytes(['cat-file', 'blob', blob.sha]) };
  };
  const text = (path: string) => file(path).bytes.toString('utf8');
  const actions = readActions([...source.files.keys()], text);
  return { source, actions, file, dist: (action) => readBundle(join(root, 'actions', action)) };
}

function readBundle(action: string): Tree {
  const folder = join(action, 'dist');
  const names = listFiles(folder);
  if (!names.includes('index.js')) {
    throw new ReleaseError(`${action} has no bundle.`, 'Run pnpm build and check its output.');
  }
  return new Map(
    names.map((name) => [name, { mode: '100644', bytes: readFileSync(join(folder, name)) }]),
  );
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .map((path) => path.replaceAll('\\', '/'))
      .toSorted();
  } catch {
    return [];
  }
}

/** Returns the released files of one action, in a folder with its name. */
export function actionFiles(
  checkout: Checkout,
  action: SourceAction,
  siblings: Siblings,
  placement: Placement,
): Tree {
  const files = new Map<string, TreeFile>();
  const folder = `${action.name}/`;
  for (const path of action.files) {
    const target = path.slice('actions/'.length);
    files.set(target, relocate(checkout.file(path), path, target, siblings, placement));
  }
  files.set(`${folder}LICENSE`, checkout.file('LICENSE'));
  if (action.kind === 'javascript') {
    for (const [name, file] of checkout.dist(action.name)) files.set(`${folder}dist/${name}`, file);
  }
  return files;
}
