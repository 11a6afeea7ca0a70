import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Git } from './git.ts';
import type { Blob } from './source.ts';
import type { TreeFile } from './tree.ts';

/** The content and the metadata of a commit. */
export interface CommitRequest {
  /** The files by path; a blob is already in the object database. */
  readonly files: ReadonlyMap<string, TreeFile | Blob>;
  readonly parents: readonly string[];
  /** Author and committer. */
  readonly author: { readonly name: string; readonly email: string };
  /** Epoch seconds and the time zone, in git's raw format. */
  readonly date: string;
  readonly message: string;
}

/**
 * Creates a commit and returns its SHA, which depends on nothing but the request: author, committer
 * and both dates are the same. The separate index keeps the working tree and branches unchanged.
 */
export function commitTree(git: Git, request: CommitRequest): string {
  const { files, parents, author, date, message } = request;
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  const index = { GIT_INDEX_FILE: join(folder, 'index') };
  try {
    const written = [...files.values()].filter((file) => 'bytes' in file);
    const shas = writeBlobs(git, join(folder, 'blob'), written);
    const shaOf = new Map<TreeFile | Blob, string>(
      written.map((file, at) => [file, shas[at] ?? '']),
    );
    const lines = [...files].map(([path, file]) => {
      return `${file.mode} ${'sha' in file ? file.sha : shaOf.get(file)}\t${path}\0`;
    });
    git.text(['update-index', '-z', '--index-info'], { input: lines.join(''), env: index });
    const tree = git.text(['write-tree'], { env: index }).trim();
    const parentArguments = parents.flatMap((parent) => ['-p', parent]);
    return git
      .text(['-c', 'i18n.commitEncoding=UTF-8', 'commit-tree', ...parentArguments, tree], {
        input: message,
        env: {
          GIT_AUTHOR_NAME: author.name,
          GIT_AUTHOR_EMAIL: author.email,
          GIT_AUTHOR_DATE: date,
          GIT_COMMITTER_NAME: author.name,
          GIT_COMMITTER_EMAIL: author.email,
          GIT_COMMITTER_DATE: date,
        },
      })
      .trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the SHAs in order. One git process for all files: one per file takes half a minute. */
function writeBlobs(git: Git, folder: string, files: readonly TreeFile[]): readonly string[] {
  mkdirSync(folder);
  const paths = files.map(({ bytes }, at) => {
    const file = join(folder, String(at));
    writeFileSync(file, bytes);
    return file;
  });
  const command = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
  return git
    .text(command, { input: paths.join('\n') })
    .trim()
    .split('\n');
}
