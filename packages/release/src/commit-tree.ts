import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Git } from './git.ts';
import type { Source } from './source.ts';
import type { Tree } from './tree.ts';

/**
 * Writes a tree as a child commit of the source commit and returns its SHA. Author, committer and
 * dates are those of the source commit, so every build has the same SHA. The separate index keeps
 * the working tree and branches unchanged.
 */
export function commitTree(git: Git, source: Source, tree: Tree, message: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  const index = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    const blobs = writeBlobs(git, join(folder, 'blob'), tree);
    const lines = [...tree].map(([path, { mode }], at) => `${mode} ${blobs[at]}\t${path}\0`);
    git.text(['update-index', '-z', '--index-info'], { input: lines.join(''), env: index });
    const treeSha = git.text(['write-tree'], { env: index }).trim();
    const { name, email } = source.author;
    return git
      .text(['-c', 'i18n.commitEncoding=UTF-8', 'commit-tree', '-p', source.commit, treeSha], {
        input: message,
        env: {
          GIT_AUTHOR_NAME: name,
          GIT_AUTHOR_EMAIL: email,
          GIT_AUTHOR_DATE: source.date,
          GIT_COMMITTER_NAME: name,
          GIT_COMMITTER_EMAIL: email,
          GIT_COMMITTER_DATE: source.date,
        },
      })
      .trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the SHAs in order. One git process for all files: one per file takes half a minute. */
function writeBlobs(git: Git, folder: string, tree: Tree): readonly string[] {
  mkdirSync(folder);
  const files = [...tree.values()].map(({ bytes }, at) => {
    const file = join(folder, String(at));
    writeFileSync(file, bytes);
    return file;
  });
  const command = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
  return git
    .text(command, { input: files.join('\n') })
    .trim()
    .split('\n');
}
