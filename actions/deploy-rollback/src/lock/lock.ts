/**
 * Allows one rollback at a time in an environment: by a file in `state-dir` or a ref on GitHub that
 * only one run can create. Its content is untrusted when it is read back.
 */
export interface Lock {
  /** How messages name it: `refs/deploy-rollback/lock/production`. */
  readonly location: string;
  /**
   * Takes the lock if it is free, if the same run holds it, or if its owner has ended. Does not wait.
   *
   * @throws ActionError if the lock cannot be accessed
   */
  readonly acquire: (owner: Owner) => Promise<Acquisition>;
  /** Keeps the lock after this run, until a repair. The last call. */
  readonly keep: (reason: string) => Promise<void>;
  /** Releases the lock, unless another run holds it. The last call. */
  readonly release: () => Promise<void>;
  /** The current owner, or the last one if it kept the lock. Changes nothing. */
  readonly getHolder: () => Promise<Holder | undefined>;
}

export interface Owner {
  readonly runId: string;
  readonly runAttempt: string;
  readonly job: string;
  /** The name of the runner. It tells the jobs of a matrix apart; a runner runs one job at a time. */
  readonly runner: string;
}

export type Acquisition =
  | {
      readonly kind: 'acquired';
      /** `reentered`: the same run had it. `taken-over`: its owner had ended or had kept it. */
      readonly how: 'free' | 'reentered' | 'taken-over';
      /** The reason of {@link Lock.keep}. */
      readonly keptReason?: string | undefined;
    }
  | { readonly kind: 'held'; readonly by: Holder }
  /** Its content is invalid, so that its owner is unknown. */
  | { readonly kind: 'unreadable'; readonly problem: string; readonly remedy: string };

export interface Holder {
  readonly owner: Owner;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  /** Whether the owner has ended. Its work may be half done. */
  readonly hasEnded: boolean;
  /** The reason of {@link Lock.keep}; `undefined` while the owner runs. */
  readonly keptReason: string | undefined;
}

/** Whether both are the same attempt of the same job. */
export function isSameOwner(one: Owner, other: Owner): boolean {
  return (
    one.runId === other.runId &&
    one.runAttempt === other.runAttempt &&
    one.job === other.job &&
    one.runner === other.runner
  );
}
