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
}

export interface Run {
  readonly id: number;
  readonly workflow: number;
  readonly event: string;
  readonly branch: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: 'success' | 'failure' | 'cancelled' | null;
  readonly createdAt: number;
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
  readonly state: 'open' | 'closed';
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
    serverUrl: options.serverUrl,
    now: options.now,
    nextId: () => ++id,
  };
}

/** A time as GitHub writes it, without fractions of a second. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
