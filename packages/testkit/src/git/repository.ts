import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runGit } from './run-git.ts';

/** A local bare remote and its clones. */
export interface Repository extends Disposable {
  readonly remote: string;
  /** Clones the remote and returns the folder. */
  readonly clone: () => string;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.org',
};

export function git(cwd: string, ...args: readonly string[]): string {
  return runGit(cwd, args, { env: IDENTITY }).trim();
}

/** Writes and commits files, and returns the SHA. */
export function commit(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
  }
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'change');
  return git(folder, 'rev-parse', 'HEAD');
}

/** Creates a repository with one commit of these files on main. */
export function startRepository(files: Readonly<Record<string, string>> = {}): Repository {
  const root = mkdtempSync(join(tmpdir(), 'repository-'));
  const remote = join(root, 'remote.git');
  let clones = 0;
  git(root, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  const clone = () => {
    const folder = join(root, `clone-${++clones}`);
    git(root, 'clone', '--quiet', remote, folder);
    return folder;
  };
  const first = clone();
  git(first, 'checkout', '--quiet', '-B', 'main');
  commit(first, { 'README.md': 'shop\n', ...files });
  git(first, 'push', '--quiet', 'origin', 'main');
  return { remote, clone, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
