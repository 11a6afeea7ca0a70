import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { gitIn } from './git.ts';
import { marketplaceProblems } from './marketplace.ts';
import { Refusal } from './refusal.ts';
import { readSource } from './source.ts';
import { actionFiles, openCheckout, type Siblings, type Tree } from './tree.ts';

/** What is mirrored where. */
export interface MirrorRequest {
  readonly root: string;
  readonly action: string;
  /** A folder that is new or empty, or a checkout of the mirror, whose files are replaced. */
  readonly out: string;
  /** The repository of the source, which links lead to. */
  readonly repository: string;
  readonly siblings: Siblings;
  readonly bundle: () => void;
  readonly say: (line: string) => void;
}

/**
 * Writes the tree of one action as the Marketplace wants it: the action at the root of a repository
 * of its own. Throws a {@link Refusal} when a rule of the Marketplace is broken; then nothing is
 * written.
 */
export function mirrorAction(request: MirrorRequest): void {
  const { root, out, repository, say } = request;
  const git = gitIn(root);
  const source = readSource(git);
  const checkout = openCheckout(root, git, source);
  const action = checkout.actions.find(({ name }) => name === request.action);
  if (action === undefined) {
    throw new Refusal(
      `There is no action "${request.action}".`,
      `There are ${checkout.actions.map(({ name }) => name).join(', ')}.`,
    );
  }
  request.bundle();
  const own = `actions/${action.name}/`;
  const tree = actionFiles(checkout, action, '', request.siblings, {
    placed: (path) => (action.files.includes(path) ? path.slice(own.length) : undefined),
    elsewhere: (path) =>
      `https://github.com/${repository}/${source.files.has(path) ? 'blob' : 'tree'}/${source.commit}/${path}`,
  });
  const others = checkout.actions
    .filter((one) => one !== action)
    .map(({ manifest }) => nameOf(manifest));
  const problems = marketplaceProblems(textsOf(tree), others);
  if (problems.length > 0) {
    throw new Refusal(
      `The Marketplace would not take ${action.name}:\n  - ${problems.join('\n  - ')}`,
      `Mend actions/${action.name}, commit, and try again.`,
    );
  }
  write(tree, out);
  say(`${action.name} for the Marketplace is in ${out}: ${tree.size} files`);
}

function write(tree: Tree, out: string): void {
  mkdirSync(out, { recursive: true });
  const there = readdirSync(out);
  if (there.length > 0 && !there.includes('.git')) {
    throw new Refusal(
      `${out} is not empty, and no git repository.`,
      'Give a new folder, or a clone of the mirror, where git keeps what is replaced.',
    );
  }
  for (const name of there.filter((one) => one !== '.git')) {
    rmSync(join(out, name), { recursive: true });
  }
  for (const [path, { mode, bytes }] of tree) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), bytes, { mode: mode === '100755' ? 0o755 : 0o644 });
  }
}

function textsOf(tree: Tree): ReadonlyMap<string, string> {
  return new Map([...tree].map(([path, { bytes }]) => [path, bytes.toString('utf8')]));
}

function nameOf(manifest: string): string {
  return String((parse(manifest) as { readonly name?: unknown }).name);
}
