import { createGit, type GitResult } from '@repo/git/git';
import type { Ports } from './strategies/strategy.ts';

const TIMEOUT_MS = 30_000;

/** The git tree of a release: equal content has an equal one. Empty where git cannot tell. */
export async function contentOf(revision: string, ports: Ports): Promise<string> {
  if (revision === '') return '';
  const said = await git(['rev-parse', '--verify', '--quiet', `${revision}^{tree}`], ports);
  return said.ok && /^[0-9a-f]{40,64}$/.test(said.stdout) ? said.stdout : '';
}

/** Whether a ref of the workspace has a release in its history; `undefined` where git cannot tell. */
export async function isInHistory(
  revision: string,
  ref: string,
  ports: Ports,
): Promise<boolean | undefined> {
  for (const name of [`refs/remotes/origin/${ref}`, `refs/heads/${ref}`, `refs/tags/${ref}`, ref]) {
    const known = await git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`], ports);
    if (!known.ok) continue;
    const said = await git(['merge-base', '--is-ancestor', revision, name], ports);
    if (said.ok) return true;
    // A shallow clone does not know what is further back.
    const shallow = await git(['rev-parse', '--is-shallow-repository'], ports);
    return shallow.stdout === 'false' ? false : undefined;
  }
  return undefined;
}

function git(args: readonly string[], { exec, workspace, signal }: Ports): Promise<GitResult> {
  return createGit({ cwd: workspace, exec, signal, timeoutMs: TIMEOUT_MS }).execute(args);
}
