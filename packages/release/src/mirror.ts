import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { openGit } from './git.ts';
import { findMarketplaceProblems } from './marketplace.ts';
import { ReleaseError } from './release-error.ts';
import { readSource } from './source.ts';
import { actionFiles, openCheckout, type Siblings, type Tree } from './tree.ts';

/** The options of a mirror. */
export interface MirrorRequest {
  readonly root: string;
  readonly action: string;
  /** A new or empty folder, or a clone of the mirror, whose files are replaced. */
  readonly out: string;
  /** The source repository, for links. */
  readonly repository: string;
  readonly siblings: Siblings;
  readonly bundle: () => void;
  readonly log: (line: string) => void;
}

/**
 * Writes the files of one action in the layout of the Marketplace: the action at the root of its
 * own repository. Throws a {@link ReleaseError}, before writing, if a Marketplace rule is violated.
 */
export function mirrorAction(request: MirrorRequest): void {
  const { root, out, repository, log } = request;
  const git = openGit(root);
  const source = readSource(git);
  const checkout = openCheckout(root, git, source);
  const action = checkout.actions.find(({ name }) => name === request.action);
  if (action === undefined) {
    throw new ReleaseError(
      `Unknown action "${request.action}".`,
      `Use one of ${checkout.actions.map(({ name }) => name).join(', ')}.`,
    );
  }
  request.bundle();
  const own = `actions/${action.name}/`;
  const tree = actionFiles(checkout, action, '', request.siblings, {
    toTreePath: (path) => (action.files.includes(path) ? path.slice(own.length) : undefined),
    toUrl: (path) =>
      `https://github.com/${repository}/${source.files.has(path) ? 'blob' : 'tree'}/${source.commit}/${path}`,
  });
  const others = checkout.actions
    .filter((one) => one !== action)
    .map(({ manifest }) => readName(manifest));
  const problems = findMarketplaceProblems(readTexts(tree), others);
  if (problems.length > 0) {
    throw new ReleaseError(
      `${action.name} violates the rules of the Marketplace:\n  - ${problems.join('\n  - ')}`,
      `Fix actions/${action.name}, commit, and run the command again.`,
    );
  }
  write(tree, out);
  log(`Wrote ${action.name} for the Marketplace to ${out}: ${tree.size} files`);
}

function write(tree: Tree, out: string): void {
  mkdirSync(out, { recursive: true });
  const existing = readdirSync(out);
  if (existing.length > 0 && !existing.includes('.git')) {
    throw new ReleaseError(
      `${out} is not empty and not a git repository.`,
      'Use a new folder or a clone of the mirror.',
    );
  }
  for (const name of existing.filter((one) => one !== '.git')) {
    rmSync(join(out, name), { recursive: true });
  }
  for (const [path, { mode, bytes }] of tree) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), bytes, { mode: mode === '100755' ? 0o755 : 0o644 });
  }
}

function readTexts(tree: Tree): ReadonlyMap<string, string> {
  return new Map([...tree].map(([path, { bytes }]) => [path, bytes.toString('utf8')]));
}

function readName(manifest: string): string {
  return String((parse(manifest) as { readonly name?: unknown }).name);
}
