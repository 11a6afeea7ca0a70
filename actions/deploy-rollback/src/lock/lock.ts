/**
 * One rollback at a time in an environment: a folder that only one can make in `state-dir`, or a ref
 * that only one can create on GitHub. Its content is untrusted when it is read back.
 */
export interface Lock {
  /** Where it is, for people and for who has to remove it by hand: `refs/deploy-rollback/production`. */
  readonly location: string;
  /**
   * Takes the lock if it is free, ours already, or its owner has ended. Does not wait.
   *
   * @throws ActionError where it cannot be asked for at all
   */
  readonly acquire: (owner: Owner) => Promise<Acquisition>;
  /** Keeps it after we have ended, so that nothing goes on before somebody has looked. The last call. */
  readonly keep: (why: string) => Promise<void>;
  /** Gives it back; one that is not ours is left alone. The last call. */
  readonly release: () => Promise<void>;
  /** Who has it; changes nothing. */
  readonly look: () => Promise<Holder | undefined>;
}

/** Who takes the lock. */
export interface Owner {
  readonly runId: string;
  readonly runAttempt: string;
  readonly job: string;
  /** The runner's name: a runner runs one job at a time, while legs of a matrix share the job. */
  readonly runner: string;
}

export type Acquisition =
  /** `how`: it was free; the same run had it; or its owner had ended, by accident or in failure. */
  | {
      readonly kind: 'acquired';
      readonly how: 'free' | 'reentered' | 'taken-over';
      /** Why it had been kept, by {@link Lock.keep}. */
      readonly kept?: string | undefined;
    }
  | { readonly kind: 'held'; readonly by: Holder }
  /** Its content says nothing: nobody can know whether somebody is at work. */
  | { readonly kind: 'unreadable'; readonly problem: string; readonly remedy: string };

export interface Holder {
  readonly owner: Owner;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  /** Whether who took it has ended; what it had in hand may be half done. */
  readonly ended: boolean;
  /** Why it was kept, by {@link Lock.keep}. */
  readonly kept: string | undefined;
}

/** Whether it is the same attempt of the same job, whatever step of it. */
export function isSameOwner(one: Owner, other: Owner): boolean {
  return (
    one.runId === other.runId &&
    one.runAttempt === other.runAttempt &&
    one.job === other.job &&
    one.runner === other.runner
  );
}
