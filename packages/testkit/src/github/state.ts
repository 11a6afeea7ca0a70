import { type GitStore, openGitStore } from './git-store.ts';
import type {
  Artifact,
  BranchRules,
  CheckRun,
  Comment,
  Deployment,
  Issue,
  Label,
  PagesDeployment,
  PagesStatus,
  Pull,
  Run,
  User,
  Workflow,
} from './records.ts';

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

export function createState(options: StateOptions): State {
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
