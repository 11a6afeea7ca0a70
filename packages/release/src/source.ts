import type { Git } from './git.ts';
import { Refusal } from './refusal.ts';
import { readVersion, type Version } from './version.ts';

/** A file as git has it. */
export interface Blob {
  /** `100644` or `100755`. */
  readonly mode: string;
  readonly sha: string;
}

/** A release that is out: its version, its commit, and the commit that it was built from. */
export interface Released {
  readonly version: Version;
  readonly commit: string;
  readonly source: string;
}

/** The commit that a release is built from. */
export interface Source {
  readonly commit: string;
  /** Seconds since 1970 and the time zone, as git writes it in a commit. */
  readonly date: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly files: ReadonlyMap<string, Blob>;
  /** The earlier releases of its history, the latest last. */
  readonly released: readonly Released[];
}

/**
 * Reads the commit that is checked out. Throws a {@link Refusal} for a working tree with changes
 * (what is built would not be what the commit says) and for a history that is cut.
 */
export function readSource(git: Git): Source {
  refuseChanges(git);
  if (git.text(['rev-parse', '--is-shallow-repository']).trim() === 'true') {
    throw new Refusal(
      'The history of this clone is cut: the changelog would be another one.',
      'Fetch it whole: git fetch --unshallow --tags (actions/checkout: fetch-depth: 0).',
    );
  }
  const [commit = '', date = '', name = '', email = ''] = git
    .text([
      'show',
      '--no-patch',
      '--no-show-signature',
      '--date=raw',
      '--format=%H%n%cd%n%an%n%ae',
      'HEAD',
    ])
    .split('\n');
  return {
    commit,
    date,
    author: { name, email },
    files: filesOf(git, commit),
    released: releasesBefore(git, commit),
  };
}

/** Throws a {@link Refusal} when the working tree is not as its commit. */
export function refuseChanges(git: Git): void {
  const changes = git.text(['status', '--porcelain', '--untracked-files=all']).trimEnd();
  if (changes === '') return;
  const [first, ...rest] = changes.split('\n');
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
  throw new Refusal(
    `The working tree has changes: ${first?.trim()}${more}.`,
    'Commit them or put them away (git stash --include-untracked); a release is built from a commit.',
  );
}

function filesOf(git: Git, commit: string): ReadonlyMap<string, Blob> {
  const lines = git.text(['ls-tree', '-r', '-z', commit]).split('\0').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [head = '', path = ''] = line.split('\t');
      const [mode = '', , sha = ''] = head.split(' ');
      return [path, { mode, sha }];
    }),
  );
}

/** Release commits are no part of the history: each is a child of the commit that it was built from. */
function releasesBefore(git: Git, commit: string): readonly Released[] {
  const history = git.text(['rev-list', commit]).trim().split('\n');
  const age = new Map(history.map((sha, index) => [sha, index]));
  return tagsOf(git)
    .map((one) => ({ ...one, source: git.text(['rev-parse', `${one.commit}^`]).trim() }))
    .filter(({ source }) => age.has(source))
    .toSorted((a, b) => (age.get(b.source) ?? 0) - (age.get(a.source) ?? 0));
}

/** Every `vX.Y.Z` of this clone that has a parent. */
function tagsOf(git: Git): readonly { readonly version: Version; readonly commit: string }[] {
  const format = '--format=%(refname:strip=2) %(objectname) %(parent)';
  return git
    .text(['for-each-ref', format, 'refs/tags/v*'])
    .split('\n')
    .flatMap((line) => {
      const [tag = '', commit = '', parent = ''] = line.split(' ');
      const version = readVersion(tag.slice(1));
      return version === undefined || parent === '' ? [] : [{ version, commit }];
    });
}
