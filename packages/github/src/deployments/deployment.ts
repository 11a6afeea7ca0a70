/** A deployment with all that became of it. Texts and the payload are untrusted. */
export interface Deployment {
  readonly id: number;
  /** Full SHA of what was deployed. */
  readonly sha: string;
  /** Full SHA of its tree: equal content has an equal one. Empty for a commit that is gone. */
  readonly tree: string;
  /** `deploy`, unless somebody gave it another. */
  readonly task: string;
  /** JSON, taken apart; a text where it is none. */
  readonly payload: unknown;
  readonly description: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** Newest first; of many, at most the newest and oldest {@link MOST_STATUSES}. */
  readonly statuses: readonly DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly state: DeploymentState;
  readonly description: string;
  /** Empty where none was given. */
  readonly logUrl: string;
  /** ms since the epoch. */
  readonly createdAt: number;
}

export type DeploymentState =
  | 'error'
  | 'failure'
  | 'inactive'
  | 'in_progress'
  | 'queued'
  | 'pending'
  | 'success'
  | 'waiting';

export const MOST_STATUSES = 10;
