import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SourceAction, sourceActions } from './actions.ts';
import type { Git } from './git.ts';
import { moveLinks, type Placement } from './links.ts';
import { Refusal } from './refusal.ts';
import { stampSiblings } from './siblings.ts';
import type { Source } from './source.ts';

/** The files of a tree, by path. */
export type Tree = ReadonlyMap<string, TreeFile>;

export interface TreeFile {
  readonly mode: string;
  readonly bytes: Buffer;
}

/** How siblings are named: `$/name` as it stands, or by repository and tag. */
export type Siblings =
  | { readonly kind: 'same-commit' }
  | { readonly kind: 'stamped'; readonly repository: string; readonly tag: string };

/** The committed sources and the bundles of one checkout. */
export interface Checkout {
  readonly source: Source;
  readonly actions: readonly SourceAction[];
  /** A file as it is committed: line endings of the working tree play no part. */
  readonly file: (path: string) => TreeFile;
  /** The files of the bundle of an action, by their path inside of `dist/`. */
  readonly dist: (action: string) => Tree;
}

/** `file` and `dist` throw a {@link Refusal} for what is missing. */
export function openCheckout(root: string, git: Git, source: Source): Checkout {
  const file: Checkout['file'] = (path) => {
    const blob = source.files.get(path);
    if (blob === undefined) throw new Refusal(`${path} is missing.`, 'A release needs it: add it.');
    return { mode: blob.mode, bytes: git.bytes(['cat-file', 'blob', blob.sha]) };
  };
  const text = (path: string) => file(path).bytes.toString('utf8');
  const actions = sourceActions([...source.files.keys()], text);
  return { source, actions, file, dist: (action) => bundleOf(join(root, 'actions', action)) };
}

function bundleOf(action: string): Tree {
  const folder = join(action, 'dist');
  const names = list(folder);
  if (!names.includes('index.js')) {
    throw new Refusal(`${action} has no bundle.`, 'Run pnpm build, and look at what it says.');
  }
  return new Map(
    names.map((name) => [name, { mode: '100644', bytes: readFileSync(join(folder, name)) }]),
  );
}

function list(folder: string): readonly string[] {
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

/** The files of one action, `at` a folder of the tree (`''` or `name/`). */
export function actionFiles(
  checkout: Checkout,
  action: SourceAction,
  at: string,
  siblings: Siblings,
  placement: Placement,
): Tree {
  const files = new Map<string, TreeFile>();
  for (const path of action.files) {
    const place = `${at}${path.slice(`actions/${action.name}/`.length)}`;
    files.set(place, moved(checkout.file(path), path, place, siblings, placement));
  }
  files.set(`${at}LICENSE`, checkout.file('LICENSE'));
  if (action.kind === 'javascript') {
    for (const [name, file] of checkout.dist(action.name)) files.set(`${at}dist/${name}`, file);
  }
  return files;
}

/** A file of the source at its place in a tree: links and siblings lead where they should. */
export function moved(
  file: TreeFile,
  from: string,
  to: string,
  siblings: Siblings,
  placement: Placement,
): TreeFile {
  const change = (by: (text: string) => string) => ({
    mode: file.mode,
    bytes: Buffer.from(by(file.bytes.toString('utf8'))),
  });
  if (from.endsWith('.md')) return change((text) => moveLinks(text, from, to, placement));
  if (siblings.kind === 'stamped' && /\.ya?ml$/.test(from)) {
    return change((text) => stampSiblings(text, siblings.repository, siblings.tag));
  }
  return file;
}
