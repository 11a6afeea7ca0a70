export interface User {
  readonly login: string;
  readonly id: number;
  readonly type: 'Bot' | 'User';
}

export interface Workflow {
  readonly id: number;
  /** The file name. */
  readonly file: string;
  /** The inputs of `workflow_dispatch`; `undefined` if the workflow has no such trigger. */
  readonly inputs: Readonly<Record<string, { readonly required?: boolean }>> | undefined;
  /** Computes `run-name` from the inputs. */
  readonly runName?: (inputs: Readonly<Record<string, unknown>>) => string;
  /** Other triggers, such as `push`. */
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
  /** The `run-name`; the name of the workflow by default. */
  readonly title?: string;
  attempt?: number;
  jobs?: readonly {
    readonly name: string;
    readonly runner: string;
    readonly status: 'queued' | 'in_progress' | 'completed';
  }[];
  /** The inputs of the dispatch. */
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

/** A pull request, without its issue data (comments, labels). */
export interface Pull {
  readonly number: number;
  readonly title?: string;
  readonly body?: string;
  state: 'open' | 'closed';
  isMerged?: boolean;
  /** The target branch. */
  readonly base: string;
  /** The source; `repository` is the `owner/name` of the fork, if it is one. */
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

/** The rules for updates of a branch. */
export interface BranchRules {
  /** The types of ruleset rules, such as `pull_request` or `non_fast_forward`. */
  readonly rulesets?: readonly string[];
  /** Classic branch protection. */
  readonly protection?: {
    readonly requiredChecks?: readonly string[];
    readonly requiredReviews?: number;
    readonly allowsForcePushes?: boolean;
  };
  /** Logins that bypass the rules. */
  readonly bypass?: readonly string[];
}

/** An entry in the cache of GitHub Actions. Times are epoch milliseconds. */
export interface CacheEntry {
  readonly id: number;
  readonly key: string;
  /** The hash of its paths and its compression. */
  readonly version: string;
  /** The branch or pull request that saved it: `refs/heads/main`. */
  readonly ref: string;
  readonly createdAt: number;
  content: Buffer;
  /** Whether the upload has finished. */
  isFinished: boolean;
}

/** A deployment. Times are epoch milliseconds. */
export interface Deployment {
  readonly id: number;
  /** The requested branch, tag or SHA. */
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

/** An artifact of a run. Times are epoch milliseconds. */
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
  /** The statuses in order, one per request; the last one stays. */
  readonly statuses: PagesStatus[];
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
