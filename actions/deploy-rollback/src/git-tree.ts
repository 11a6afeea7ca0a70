import { createGit, type GitResult } from '@repo/git/git';
import type { Ports } from './strategies/strategy.ts';

const TIMEOUT_MS = 30_000;

/** The git tree of a release: equal content has the same tree. Empty if git does not know it. */
export async function getTreeHash(revision: string, ports: Ports): Promise<string> {
  if (revision === '') return '';
  const tree = await git(['rev-parse', '--verify', '--quiet', `${revision}^{tree}`], ports);
  return tree.ok && /^[0-9a-f]{40,64}$/.test(tree.stdout) ? tree.stdout : '';
}

/** Whether a release is in the history of a ref of the workspace; `undefined` if it is unknown. */
export async function isInHistory(
  revision: string,
  ref: string,
  ports: Ports,
): Promise<boolean | undefined> {
  for (const name of [`refs/remotes/origin/${ref}`, `refs/heads/${ref}`, `refs/tags/${ref}`, ref]) {
    const commit = await git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`], ports);
    if (!commit.ok) continue;
    const ancestor = await git(['merge-base', '--is-ancestor', revision, name], ports);
    if (ancestor.ok) return true;
    // A shallow clone has only a part of the history.
    const shallow = await git(['rev-parse', '--is-shallow-repository'], ports);
    return shallow.stdout === 'false' ? false : undefined;
  }
  return undefined;
}

function git(args: readonly string[], { exec, workspace, signal }: Ports): Promise<GitResult> {
  return createGit({ cwd: workspace, exec, signal, timeoutMs: TIMEOUT_MS }).execute(args);
}
