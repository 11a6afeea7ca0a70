import { type GitStore, openGitStore } from './git-store.ts';
import type {
  Artifact,
  BranchRules,
  CacheEntry,
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

/** The state of the local GitHub repository. Times are epoch milliseconds. */
export interface State {
  readonly owner: string;
  readonly repo: string;
  readonly defaultBranch: string;
  /** Branches and tags for dispatches. */
  readonly refs: string[];
  /** The owner of the token. */
  readonly user: User;
  readonly workflows: Workflow[];
  readonly runs: Run[];
  readonly labels: Label[];
  readonly issues: Issue[];
  readonly comments: Comment[];
  readonly pulls: Pull[];
  readonly checkRuns: CheckRun[];
  readonly deployments: Deployment[];
  /** Protection rules of environments, by name. */
  readonly environments: Record<string, { readonly reviewers: readonly User[] }>;
  /** Failed commit statuses, by SHA. */
  readonly failedStatuses: Record<string, readonly string[]>;
  /** Rules by branch. */
  readonly rules: Record<string, BranchRules>;
  readonly artifacts: Artifact[];
  /** Oldest first. */
  readonly caches: CacheEntry[];
  readonly pagesDeployments: PagesDeployment[];
  /** The statuses of the next Pages deployment. */
  pagesStatuses: readonly PagesStatus[];
  /** The git objects; `undefined` for an empty repository. */
  readonly git: GitStore | undefined;
  /** Simulates the runners: called for each started and restarted run. */
  onRun: (run: Run) => void;
  /** The public URL, without a slash at the end. */
  readonly serverUrl: string;
  readonly now: () => number;
  /** Returns increasing IDs from one sequence. */
  readonly nextId: () => number;
}

export interface StateOptions {
  /** `owner/name`. */
  readonly repository?: string;
  readonly defaultBranch?: string;
  readonly user?: User;
  /** The folder of a bare repository with the git objects. */
  readonly bare?: string;
  readonly serverUrl: string;
  readonly now: () => number;
}

/** The owner of GITHUB_TOKEN. */
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
    caches: [],
    pagesDeployments: [],
    pagesStatuses: ['deployment_in_progress', 'syncing_files', 'succeed'],
    git: options.bare === undefined ? undefined : openGitStore(options.bare),
    onRun: () => {},
    serverUrl: options.serverUrl,
    now: options.now,
    nextId: () => ++id,
  };
}

/** Formats a time like GitHub, without fractions of a second. */
export function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
