/** A repository with the branches and tags to restore. Ref names are full: `refs/heads/main`. */
export interface GitRepository {
  /** The title for messages: `octo-org/octo-repo`, `origin`. */
  readonly title: string;
  readonly getTip: (ref: string) => Promise<RefTip | undefined>;
  /** The SHA of the tree of a commit; `undefined` if the commit does not exist. */
  readonly getTree: (commit: string) => Promise<string | undefined>;
  /**
   * The commits that `tip` contains and `base` does not, oldest first; `undefined` if `base` is not an
   * ancestor of `tip`, or is hundreds of commits older.
   */
  readonly listCommits: (base: string, tip: string) => Promise<readonly CommitInfo[] | undefined>;
  /** Creates a commit without a ref. Returns its SHA. */
  readonly createCommit: (commit: NewCommit) => Promise<string>;
  /** Fast-forwards a branch. False if the branch was updated by another push. */
  readonly fastForward: (ref: string, commit: string) => Promise<boolean>;
  /** Moves a ref from the expected object. False if it points to another one. */
  readonly replaceRef: (ref: string, move: { from: string; to: string }) => Promise<boolean>;
  /** False if the ref exists. */
  readonly createRef: (ref: string, commit: string) => Promise<boolean>;
  /** The rules that limit writing to a branch, as far as they are known. */
  readonly getLimits: (branch: string) => Promise<BranchRules>;
}

export interface RefTip {
  /** The object of the ref: a commit, or an annotated tag. */
  readonly object: string;
  readonly commit: string;
}

export interface CommitInfo {
  readonly sha: string;
  /** Untrusted. */
  readonly message: string;
}

interface NewCommit {
  readonly message: string;
  readonly tree: string;
  readonly parent: string;
}

export interface BranchRules {
  /** Rules that reject every push: `changes must be made through a pull request`. */
  readonly forUpdate: readonly string[];
  /** Additional rules that reject a force push. */
  readonly forForce: readonly string[];
  /** Whether the token may be on the bypass list. GitHub does not report this. */
  readonly mayBypass: boolean;
  /** Whether a push with this token starts no workflows. */
  readonly startsNoWorkflow: boolean;
}
