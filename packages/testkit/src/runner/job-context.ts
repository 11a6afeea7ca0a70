import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundlePlatform } from './windows-lane.ts';

/** The `github` context with GitHub's property names. All properties have defaults. */
export interface GitHubContext {
  /** Masked in the log. An action gets it only through its inputs. */
  readonly token: string;
  readonly repository: string;
  readonly sha: string;
  readonly ref: string;
  readonly event_name: string;
  readonly actor: string;
  readonly workflow: string;
  readonly job: string;
  readonly run_id: string;
  readonly run_number: string;
  readonly run_attempt: string;
  readonly server_url: string;
  /** A closed local port by default, so that tests do not reach the internet. */
  readonly api_url: string;
  readonly graphql_url: string;
  readonly base_ref: string;
  readonly head_ref: string;
  /** The ID of the step. */
  readonly action: string;
  /** The webhook payload, written to GITHUB_EVENT_PATH. */
  readonly event: object;
}

/** The value of RUNNER_ENVIRONMENT. */
export type RunnerKind = 'github-hosted' | 'self-hosted';

/** The folders of a job. */
export interface JobFolders {
  readonly workspace: string;
  readonly temp: string;
  readonly tools: string;
}

/** The contexts of expressions and the variables of every step. */
export interface JobContext {
  readonly github: Readonly<Record<string, unknown>>;
  readonly runner: Readonly<Record<string, string>>;
  readonly job: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

// A port without a listener that undici does not reject as a "bad port".
const CLOSED_PORT = 'http://127.0.0.1:2';

const DEFAULTS: GitHubContext = {
  token: 'ghs_0000000000000000000000000000000000000000',
  repository: 'octo-org/octo-repo',
  sha: '0123456789abcdef0123456789abcdef01234567',
  ref: 'refs/heads/main',
  event_name: 'push',
  actor: 'octocat',
  workflow: 'CI',
  job: 'build',
  run_id: '1000000001',
  run_number: '1',
  run_attempt: '1',
  server_url: 'https://github.com',
  api_url: CLOSED_PORT,
  graphql_url: `${CLOSED_PORT}/graphql`,
  base_ref: '',
  head_ref: '',
  action: '__self',
  event: {},
};

const NOT_VARIABLES = new Set(['token', 'event']);

const OS_NAMES: Readonly<Record<string, string>> = { darwin: 'macOS', win32: 'Windows' };
const ARCH_NAMES: Readonly<Record<string, string>> = { arm64: 'ARM64', arm: 'ARM', ia32: 'X86' };

/** Creates the contexts of a job and writes its event file. */
export async function createJobContext(
  given: Partial<GitHubContext>,
  folders: JobFolders,
  { debug, environment }: { readonly debug: boolean; readonly environment: RunnerKind },
): Promise<JobContext> {
  const base = { ...DEFAULTS, ...given };
  const eventPath = join(folders.temp, '_github_workflow', 'event.json');
  await mkdir(join(folders.temp, '_github_workflow'), { recursive: true });
  await writeFile(eventPath, JSON.stringify(base.event));
  const github = {
    ...base,
    ref_name: base.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    ref_type: base.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'false',
    repository_owner: base.repository.split('/')[0] ?? '',
    triggering_actor: base.actor,
    workflow_ref: `${base.repository}/.github/workflows/ci.yml@${base.ref}`,
    workflow_sha: base.sha,
    retention_days: '90',
    event_path: eventPath,
    workspace: folders.workspace,
  };
  const runner = {
    os: OS_NAMES[bundlePlatform()] ?? 'Linux',
    arch: ARCH_NAMES[process.arch] ?? 'X64',
    name: 'testkit',
    environment,
    temp: folders.temp,
    tool_cache: folders.tools,
    ...(debug && { debug: '1' }),
  };
  return {
    github,
    runner,
    job: { status: 'success' },
    variables: {
      GITHUB_ACTIONS: 'true',
      CI: 'true',
      ...Object.fromEntries(
        Object.entries(github)
          .filter(([key]) => !NOT_VARIABLES.has(key))
          .map(([key, value]) => [`GITHUB_${key.toUpperCase()}`, String(value)]),
      ),
      ...Object.fromEntries(
        Object.entries(runner).map(([key, value]) => [`RUNNER_${key.toUpperCase()}`, value]),
      ),
    },
  };
}

const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP'];
const INHERITED_ON_WINDOWS = [
  'SystemRoot',
  'SystemDrive',
  'windir',
  'ComSpec',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
];

/** Returns the variables of this machine that a clean environment inherits. */
export function inheritedVariables(): Readonly<Record<string, string>> {
  const names = process.platform === 'win32' ? [...INHERITED, ...INHERITED_ON_WINDOWS] : INHERITED;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
