/** A deployment with its statuses. Texts and the payload are untrusted. */
export interface Deployment {
  readonly id: number;
  /** Full SHA of the deployed commit. */
  readonly sha: string;
  /** Full SHA of its tree, equal for equal content. Empty if the commit does not exist anymore. */
  readonly tree: string;
  /** Default: `deploy`. */
  readonly task: string;
  /** Parsed JSON, or text if it is not valid JSON. */
  readonly payload: unknown;
  readonly description: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** Newest first. If there are many, only the newest and oldest {@link MAX_STATUSES}. */
  readonly statuses: readonly DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly state: DeploymentState;
  readonly description: string;
  /** Empty if it has none. */
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

export const MAX_STATUSES = 10;
