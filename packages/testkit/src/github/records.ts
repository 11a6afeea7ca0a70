export interface User {
  readonly login: string;
  readonly id: number;
  readonly type: 'Bot' | 'User';
}

export interface Workflow {
  readonly id: number;
  /** The name of its file. */
  readonly file: string;
  /** The inputs of `workflow_dispatch` by name; `undefined`: that trigger is missing. */
  readonly inputs: Readonly<Record<string, { readonly required?: boolean }>> | undefined;
  /** What `run-name` makes of the inputs. */
  readonly runName?: (inputs: Readonly<Record<string, unknown>>) => string;
  /** Other events that start it, `push`. */
  readonly on?: readonly string[];
  readonly state?: 'active' | 'disabled_manually' | 'disabled_inactivity';
}

export interface Run {
  readonly id: number;
  readonly workflow: number;
  readonly event: string;
  readonly branch: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: 'success' | 'failure' | 'cancelled' | null;
  readonly createdAt: number;
  readonly headSha?: string;
  /** What `run-name` makes of it; the name of the workflow unless told. */
  readonly title?: string;
  attempt?: number;
  jobs?: readonly {
    readonly name: string;
    readonly runner: string;
    readonly status: 'queued' | 'in_progress' | 'completed';
  }[];
  /** What a dispatch came with. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null;
  labels: readonly string[];
  readonly author: User;
  readonly createdAt: number;
  updatedAt: number;
  closedAt: number | null;
  readonly isPullRequest?: boolean;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  body: string;
  readonly author: User;
  readonly createdAt: number;
  updatedAt: number;
}

/** A pull request, apart from what it is as an issue (comments, labels). */
export interface Pull {
  readonly number: number;
  readonly title?: string;
  readonly body?: string;
  state: 'open' | 'closed';
  isMerged?: boolean;
  /** The branch that it goes into. */
  readonly base: string;
  /** What it brings; of a fork, `repository` is the fork's `owner/name`. */
  readonly head: { readonly repository: string; readonly branch: string; readonly sha: string };
}

export interface CheckRun {
  readonly id: number;
  readonly name: string;
  readonly sha: string;
  readonly conclusion: string;
  readonly title: string;
  readonly summary: string;
  readonly createdAt: number;
}

/** What a branch asks of who writes to it. */
export interface BranchRules {
  /** Rules of rulesets by their type, `pull_request` or `non_fast_forward`. */
  readonly rulesets?: readonly string[];
  /** Classic protection of the branch. */
  readonly protection?: {
    readonly requiredChecks?: readonly string[];
    readonly requiredReviews?: number;
    readonly allowsForcePushes?: boolean;
  };
  /** Logins that no rule holds. */
  readonly bypass?: readonly string[];
}

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

/** What a run has uploaded. Times are ms since the epoch. */
export interface Artifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  /** A ZIP file. */
  readonly content: Uint8Array;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A deployment of GitHub Pages. */
export interface PagesDeployment {
  /** The `pages_build_version`. */
  readonly id: string;
  readonly artifact: number;
  /** What it goes through, an answer each; the last one stays. */
  readonly course: PagesStatus[];
}

export type PagesStatus =
  | 'deployment_in_progress'
  | 'syncing_files'
  | 'updating_pages'
  | 'purging_cdn'
  | 'deployment_cancelled'
  | 'deployment_failed'
  | 'deployment_content_failed'
  | 'succeed';
