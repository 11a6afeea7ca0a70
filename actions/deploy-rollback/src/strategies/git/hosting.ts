/** Where branches and tags are kept. Names of refs are full: `refs/heads/main`. */
export interface Hosting {
  /** For people: `octo-org/octo-repo`, `origin`. */
  readonly title: string;
  readonly tip: (ref: string) => Promise<Tip | undefined>;
  /** The SHA of a commit's tree; `undefined` where the commit is not there (any more). */
  readonly tree: (commit: string) => Promise<string | undefined>;
  /**
   * The commits that lead to `tip` and not to `base`, oldest first; `undefined` where `tip` does
   * not have `base` in its history, or is hundreds of commits after it.
   */
  readonly since: (base: string, tip: string) => Promise<readonly Past[] | undefined>;
  /** Makes a commit that no ref has yet; its SHA. */
  readonly commit: (commit: NewCommit) => Promise<string>;
  /** Moves a branch forward to a commit on top of it. False where somebody was faster. */
  readonly forward: (ref: string, commit: string) => Promise<boolean>;
  /** Moves a ref anywhere, but only from where it was seen. False where it is not there any more. */
  readonly replace: (ref: string, move: { from: string; to: string }) => Promise<boolean>;
  /** False where it exists. */
  readonly create: (ref: string, commit: string) => Promise<boolean>;
  /** What stands between us and writing to a branch, as far as it can be told beforehand. */
  readonly limits: (branch: string) => Promise<Limits>;
}

export interface Tip {
  /** What the ref points to: of an annotated tag, the tag. */
  readonly object: string;
  readonly commit: string;
}

export interface Past {
  readonly sha: string;
  /** Untrusted. */
  readonly message: string;
}

interface NewCommit {
  readonly message: string;
  readonly tree: string;
  readonly parent: string;
}

export interface Limits {
  /** It fails, as sure as can be: `changes must be made through a pull request`. */
  readonly forUpdate: readonly string[];
  /** Besides, against moving it anywhere but forward. */
  readonly forForce: readonly string[];
  /** Whether who asks may pass them by, which GitHub does not tell. */
  readonly mayBypass: boolean;
  /** What is written is seen by nobody: no workflow starts. */
  readonly startsNothing: boolean;
}
