import { type ChangelogEntry, changelog } from './changelog.ts';
import { checksums } from './checksums.ts';
import type { Placement } from './links.ts';
import {
  actionFiles,
  type Checkout,
  moved,
  type Siblings,
  type Tree,
  type TreeFile,
} from './tree.ts';

/** What stands at the root besides the actions. */
const AT_THE_ROOT = ['README.md', 'LICENSE', 'SECURITY.md'];

/**
 * The tree that `uses: org/actions/<name>@v1` reads: a folder an action, the workflows as they are
 * in the source, and what people look for at the root.
 */
export function releaseTree(
  checkout: Checkout,
  siblings: Siblings,
  history: readonly ChangelogEntry[],
): Tree {
  const placement = placementOf(checkout);
  const files = new Map<string, TreeFile>();
  for (const action of checkout.actions) {
    const own = actionFiles(checkout, action, `${action.name}/`, siblings, placement);
    for (const [path, file] of own) files.set(path, file);
  }
  for (const path of [...checkout.source.files.keys()].filter(isWorkflow)) {
    files.set(path, moved(checkout.file(path), path, path, siblings, placement));
  }
  for (const path of AT_THE_ROOT) {
    files.set(path, moved(checkout.file(path), path, path, siblings, placement));
  }
  files.set('CHANGELOG.md', text(changelog(history)));
  files.set('SHA256SUMS', text(checksums(bytesOf(files))));
  return files;
}

function placementOf({ actions, source }: Checkout): Placement {
  const shipped = new Set(actions.flatMap(({ files }) => files));
  return {
    placed: (path) => {
      if (shipped.has(path)) return path.slice('actions/'.length);
      return isWorkflow(path) || AT_THE_ROOT.includes(path) ? path : undefined;
    },
    // From /org/actions/blob/<ref>/<path>, whatever the repository is called.
    elsewhere: (path, depth) => {
      const kind = /\.(png|svg)$/.test(path) ? 'raw' : source.files.has(path) ? 'blob' : 'tree';
      return `${'../'.repeat(depth + 2)}${kind}/${source.commit}/${path}`;
    },
  };
}

function isWorkflow(path: string): boolean {
  return path.startsWith('.github/workflows/');
}

function text(content: string): TreeFile {
  return { mode: '100644', bytes: Buffer.from(content) };
}

function bytesOf(files: Tree): ReadonlyMap<string, Uint8Array> {
  return new Map([...files].map(([path, { bytes }]) => [path, bytes]));
}
