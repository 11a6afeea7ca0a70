import type { User } from './state.ts';

/** A deployment, as GitHub keeps it. Times are ms since the epoch. */
export interface Deployment {
  readonly id: number;
  /** As it was asked for: a branch, a tag, a SHA. */
  readonly ref: string;
  readonly sha: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: object | string;
  readonly description: string;
  readonly isTransient: boolean;
  readonly isProduction: boolean;
  readonly creator: User;
  readonly createdAt: number;
  /** Oldest first. */
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: DeploymentState;
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly creator: User;
  readonly createdAt: number;
}

export type DeploymentState =
  | 'error'
  | 'failure'
  | 'inactive'
  | 'in_progress'
  | 'queued'
  | 'pending'
  | 'success';

/** The one word that GraphQL has for what has become of a deployment. */
export function graphqlState({ statuses, isTransient }: Deployment): string {
  const latest = statuses.at(-1)?.state;
  if (latest === undefined) return 'PENDING';
  if (latest === 'success') return 'ACTIVE';
  return latest === 'inactive' && isTransient ? 'DESTROYED' : latest.toUpperCase();
}
