import type { Ports } from './strategies/strategy.ts';

/** Longest that git may take, ms. */
const TIMEOUT_MS = 30_000;

/** The git tree of a release: equal content has an equal one. Empty where git cannot tell. */
export async function contentOf(revision: string, ports: Ports): Promise<string> {
  if (revision === '') return '';
  const said = await git(['rev-parse', '--verify', '--quiet', `${revision}^{tree}`], ports);
  const tree = said?.stdout.trim() ?? '';
  return said?.exitCode === 0 && /^[0-9a-f]{40,64}$/.test(tree) ? tree : '';
}

/** Whether a ref of the workspace has a release in its history; `undefined` where git cannot tell. */
export async function isInHistory(
  revision: string,
  ref: string,
  ports: Ports,
): Promise<boolean | undefined> {
  for (const name of [`refs/remotes/origin/${ref}`, `refs/heads/${ref}`, `refs/tags/${ref}`, ref]) {
    const known = await git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`], ports);
    if (known?.exitCode !== 0) continue;
    const said = await git(['merge-base', '--is-ancestor', revision, name], ports);
    if (said?.exitCode === 0) return true;
    // A shallow clone does not know what is further back.
    const shallow = await git(['rev-parse', '--is-shallow-repository'], ports);
    return shallow?.stdout.trim() === 'false' ? false : undefined;
  }
  return undefined;
}

async function git(
  args: readonly string[],
  { exec, workspace, signal }: Ports,
): Promise<{ readonly exitCode: number; readonly stdout: string } | undefined> {
  const execution = await exec({
    // The workspace may belong to another user than the one in a container job.
    argv: ['git', '-c', `safe.directory=${workspace}`, ...args],
    cwd: workspace,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  return execution.state === 'exited' ? execution : undefined;
}
