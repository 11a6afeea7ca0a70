import type { Git } from './git.ts';
import { ReleaseError } from './release-error.ts';
import { isFinal, readVersion, type Version } from './version.ts';

/** A file in git. */
export interface Blob {
  /** `100644` or `100755`. */
  readonly mode: string;
  readonly sha: string;
}

/** A final release that is published: its version, its commit, and the commit it was built from. */
export interface Released {
  readonly version: Version;
  readonly commit: string;
  readonly source: string;
}

interface Commit {
  readonly commit: string;
  /** Epoch seconds and the time zone, in git's raw format. */
  readonly date: string;
  readonly author: { readonly name: string; readonly email: string };
}

/** The source commit of a release. */
export interface Source extends Commit {
  readonly files: ReadonlyMap<string, Blob>;
  /** The earlier releases in its history, the latest last. */
  readonly releases: readonly Released[];
}

/**
 * Reads the commit that is checked out. Throws a {@link ReleaseError} if the working tree has
 * changes, because the build would not match the commit, or if the clone is shallow.
 */
export function readSource(git: Git): Source {
  requireCleanTree(git);
  if (git.text(['rev-parse', '--is-shallow-repository']).trim() === 'true') {
    throw new ReleaseError(
      'This clone is shallow, and the changelog needs the complete history.',
      'Run git fetch --unshallow --tags (actions/checkout: fetch-depth: 0).',
    );
  }
  const head = readCommit(git, 'HEAD');
  return {
    ...head,
    files: listFiles(git, head.commit),
    releases: findReleases(git, head.commit),
  };
}

/** Reads the SHA, the author, and the committer date of a commit. */
export function readCommit(git: Git, revision: string): Commit {
  const format = '--format=%H%n%cd%n%an%n%ae';
  const [commit = '', date = '', name = '', email = ''] = git
    .text(['show', '--no-patch', '--no-show-signature', '--date=raw', format, revision])
    .split('\n');
  return { commit, date, author: { name, email } };
}

/** Throws a {@link ReleaseError} if the working tree has changes. */
export function requireCleanTree(git: Git): void {
  const changes = git.text(['status', '--porcelain', '--untracked-files=all']).trimEnd();
  if (changes === '') return;
  const [first, ...rest] = changes.split('\n');
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
  throw new ReleaseError(
    `The working tree has changes: ${first?.trim()}${more}.`,
    'Commit or stash them (git stash --include-untracked). A release is built from a commit.',
  );
}

/** Lists the files of a commit, or of a folder of it, by path. */
export function listFiles(git: Git, commit: string, folder = '.'): ReadonlyMap<string, Blob> {
  const lines = git
    .text(['ls-tree', '-r', '-z', '--full-tree', commit, '--', folder])
    .split('\0')
    .filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [head = '', path = ''] = line.split('\t');
      const [mode = '', , sha = ''] = head.split(' ');
      return [path, { mode, sha }];
    }),
  );
}

/** Finds releases by their parents: a release commit is a child of its source commit. */
function findReleases(git: Git, commit: string): readonly Released[] {
  const history = git.text(['rev-list', commit]).trim().split('\n');
  const age = new Map(history.map((sha, index) => [sha, index]));
  return readTags(git)
    .map((one) => ({ ...one, source: git.text(['rev-parse', `${one.commit}^`]).trim() }))
    .filter(({ source }) => age.has(source))
    .toSorted((a, b) => (age.get(b.source) ?? 0) - (age.get(a.source) ?? 0));
}

/** Reads every `vX.Y.Z` tag of this clone whose commit has a parent. Skips release candidates. */
function readTags(git: Git): readonly { readonly version: Version; readonly commit: string }[] {
  const format = '--format=%(refname:strip=2) %(objectname) %(parent)';
  return git
    .text(['for-each-ref', format, 'refs/tags/v*'])
    .split('\n')
    .flatMap((line) => {
      const [tag = '', commit = '', parent = ''] = line.split(' ');
      const version = readVersion(tag.slice(1));
      return version === undefined || !isFinal(version) || parent === ''
        ? []
        : [{ version, commit }];
    });
}
