import type { Artifact } from './artifact.ts';
import type { BranchRules } from './branch-rules.ts';
import type { Deployment } from './deployment.ts';
import { type GitStore, openGitStore } from './git-store.ts';
import type { PagesDeployment, PagesStatus } from './pages-deployment.ts';

/** All that the local GitHub remembers of its one repository. Times are ms since the epoch. */
export interface State {
  readonly owner: string;
  readonly repo: string;
  readonly defaultBranch: string;
  /** Branches and tags that can be dispatched. */
  readonly refs: string[];
  /** Who the token belongs to. */
  readonly user: User;
  readonly workflows: Workflow[];
  readonly runs: Run[];
  readonly labels: Label[];
  readonly issues: Issue[];
  readonly comments: Comment[];
  readonly pulls: Pull[];
  readonly checkRuns: CheckRun[];
  readonly deployments: Deployment[];
  /** What the environments ask before a job of a workflow may use them, by their names. */
  readonly environments: Record<string, { readonly reviewers: readonly User[] }>;
  /** Commit statuses that are not `success`, by the SHA. */
  readonly failedStatuses: Record<string, readonly string[]>;
  /** By the branch. */
  readonly rules: Record<string, BranchRules>;
  readonly artifacts: Artifact[];
  readonly pagesDeployments: PagesDeployment[];
  /** What the next deployment of Pages goes through. */
  pagesCourse: readonly PagesStatus[];
  /** The git objects; without it, the repository is empty. */
  readonly git: GitStore | undefined;
  /** Stands in for the runners: is told of every run that was started, and started again. */
  onRun: (run: Run) => void;
  /** Where GitHub is seen from outside, without a slash at its end. */
  readonly serverUrl: string;
  readonly now: () => number;
  /** Ids are one sequence, newer ones are higher. */
  readonly nextId: () => number;
}

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

export interface StateOptions {
  /** `owner/name`. */
  readonly repository?: string;
  readonly defaultBranch?: string;
  readonly user?: User;
  /** The folder of a bare repository that has the git objects. */
  readonly bare?: string;
  readonly serverUrl: string;
  readonly now: () => number;
}

/** Who GITHUB_TOKEN belongs to. */
const ACTIONS_BOT: User = { login: 'github-actions[bot]', id: 41_898_282, type: 'Bot' };

export function newState(options: StateOptions): State {
  const { repository = 'octo-org/octo-repo', defaultBranch = 'main' } = options;
  const [owner = '', repo = ''] = repository.split('/');
  let id = 1_000;
  return {
    owner,
    repo,
    defaultBranch,
    refs: [defaultBranch],
    user: options.user ?? ACTIONS_BOT,
    workflows: [],
    runs: [],
    labels: [],
    issues: [],
    comments: [],
    pulls: [],
    checkRuns: [],
    deployments: [],
    environments: {},
    failedStatuses: {},
    rules: {},
    artifacts: [],
    pagesDeployments: [],
    pagesCourse: ['deployment_in_progress', 'syncing_files', 'succeed'],
    git: options.bare === undefined ? undefined : openGitStore(options.bare),
    onRun: () => {},
    serverUrl: options.serverUrl,
    now: options.now,
    nextId: () => ++id,
  };
}

/** A time as GitHub writes it, without fractions of a second. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
