import { createHash } from 'node:crypto';
import { type ChangelogEntry, changelog } from './changelog.ts';
import { actionFiles, type Checkout } from './checkout.ts';
import type { Placement } from './links.ts';
import { createRootAction } from './root-action.ts';
import { relocate, type Siblings, type Tree, type TreeFile } from './tree.ts';

/** The files at the root besides the actions. */
const ROOT_FILES = ['README.md', 'LICENSE', 'SECURITY.md'];

/**
 * Builds the tree that `uses: org/actions/<name>@v1` reads: a folder per action, the unchanged
 * workflows, and at the root the common files and an `action.yml` for the Marketplace.
 */
export function buildReleaseTree(
  checkout: Checkout,
  siblings: Siblings,
  history: readonly ChangelogEntry[],
): Tree {
  const placement = createPlacement(checkout);
  const files = new Map<string, TreeFile>();
  for (const action of checkout.actions) {
    const own = actionFiles(checkout, action, siblings, placement);
    for (const [path, file] of own) files.set(path, file);
  }
  for (const path of [...checkout.source.files.keys()].filter(isWorkflow)) {
    files.set(path, relocate(checkout.file(path), path, path, siblings, placement));
  }
  for (const path of ROOT_FILES) {
    files.set(path, relocate(checkout.file(path), path, path, siblings, placement));
  }
  files.set('action.yml', toFile(createRootAction(checkout.actions)));
  files.set('CHANGELOG.md', toFile(changelog(history)));
  files.set('SHA256SUMS', toFile(formatChecksums(files)));
  return files;
}

function createPlacement({ actions, source }: Checkout): Placement {
  const shipped = new Set(actions.flatMap(({ files }) => files));
  return {
    toTreePath: (path) => {
      if (shipped.has(path)) return path.slice('actions/'.length);
      return isWorkflow(path) || ROOT_FILES.includes(path) ? path : undefined;
    },
    // Relative to /org/actions/blob/<ref>/<path>, so it does not depend on the repository name.
    toUrl: (path, depth) => {
      const kind = /\.(png|svg)$/.test(path) ? 'raw' : source.files.has(path) ? 'blob' : 'tree';
      return `${'../'.repeat(depth + 2)}${kind}/${source.commit}/${path}`;
    },
  };
}

function isWorkflow(path: string): boolean {
  return path.startsWith('.github/workflows/');
}

function toFile(content: string): TreeFile {
  return { mode: '100644', bytes: Buffer.from(content) };
}

/** Formats SHA256SUMS as `sha256sum --check` reads it, sorted by path. */
function formatChecksums(files: Tree): string {
  return [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { bytes }]) => `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`)
    .join('');
}
