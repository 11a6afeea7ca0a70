import { runGit } from '../git/run-git.ts';

/** The bare repository behind the API. Ref names are complete: `refs/heads/main`. */
export interface GitStore {
  readonly folder: string;
  /** Resolves a SHA, branch or tag to a commit SHA; `undefined` if it does not exist. */
  readonly commit: (name: string) => string | undefined;
  readonly ref: (name: string) => GitObject | undefined;
  readonly object: (sha: string) => GitObject | undefined;
  /** Returns the contents of an object, as printed by `git cat-file -p`. */
  readonly read: (sha: string) => string;
  /** Writes an object and returns its SHA. */
  readonly write: (type: 'commit' | 'tag', content: string) => string;
  /** Moves a ref; `false` if it is not at `from`. All zeros mean that it does not exist. */
  readonly update: (name: string, to: string, from: string) => boolean;
  readonly remove: (name: string) => void;
  /** Returns the commits of `one` that `other` does not have, newest first. */
  readonly between: (other: string, one: string) => readonly string[];
  readonly mergeBase: (one: string, other: string) => string | undefined;
  readonly parents: (commit: string) => readonly string[];
  readonly tree: (commit: string) => string;
}

export interface GitObject {
  readonly sha: string;
  readonly type: string;
}

export const NO_OBJECT = '0'.repeat(40);

export function openGitStore(folder: string): GitStore {
  const git = (args: readonly string[], input = ''): string => runGit(folder, args, { input });
  const tryGit = (args: readonly string[]): string | undefined => {
    try {
      return git(args);
    } catch {
      return undefined;
    }
  };
  const object = (name: string) => {
    const sha = tryGit(['rev-parse', '--verify', '--quiet', '--end-of-options', name]);
    const type = sha && tryGit(['cat-file', '-t', sha]);
    return sha && type ? { sha, type } : undefined;
  };
  const lines = (text: string | undefined) => (text ?? '').split('\n').filter((one) => one !== '');
  return {
    folder,
    commit: (name) => object(`${name}^{commit}`)?.sha,
    ref: (name) => (/^refs\/[^/]+\/./.test(name) ? object(name) : undefined),
    object,
    read: (sha) => git(['cat-file', '-p', sha]),
    write: (type, content) => git(['hash-object', '-t', type, '-w', '--stdin'], content),
    update: (name, to, from) => tryGit(['update-ref', name, to, from]) !== undefined,
    remove: (name) => {
      git(['update-ref', '-d', name]);
    },
    between: (other, one) => lines(tryGit(['rev-list', one, `^${other}`])),
    mergeBase: (one, other) => tryGit(['merge-base', one, other]),
    parents: (commit) => git(['rev-list', '-1', '--parents', commit]).split(' ').slice(1),
    tree: (commit) => git(['rev-parse', `${commit}^{tree}`]),
  };
}
