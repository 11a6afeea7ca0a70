import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Runner, startRunner } from '../workflows/act.ts';
import { DEPLOY, type Machine, release, startMachine } from '../workflows/guarded-machine.ts';

type RunOptions = Parameters<Runner['run']>[0];
type WorkflowRun = Awaited<ReturnType<Runner['run']>>;

/** A team that deploys to its machine, which serves the healthy release `zero`. */
export interface Team extends AsyncDisposable {
  readonly machine: Machine;
  readonly runner: Runner;
  /** A home folder for the runs. */
  readonly home: string;
  /** Runs `deploy.yml` for the last commit. */
  readonly deploy: (options?: Partial<RunOptions>) => Promise<WorkflowRun>;
  /** Commits a release to main, and deploys it. */
  readonly push: (
    name: string,
    isHealthy: boolean,
    options?: Partial<RunOptions>,
  ) => Promise<WorkflowRun>;
}

interface TeamOptions {
  /** More or other inputs of the action, one `name: value` per line. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Lines of the job: `strategy: …`. */
  readonly job?: string;
}

const ON =
  'on: {push: {branches: [main]}, pull_request: {}, schedule: [{cron: "17 * * * *"}], workflow_dispatch: {}}';

/** A workflow with one guarded deploy. */
function guardedWorkflow({ inputs = {}, job = '' }: TeamOptions = {}): string {
  const all = {
    'deploy-command': './deploy.sh "$MACHINE"',
    strategies: `"[{files: {base: '\${{ vars.MACHINE }}', paths: [site]}}]"`,
    'state-dir': '${{ vars.MACHINE }}/state',
    url: '${{ vars.URL }}',
    deadline: '3s',
    'max-rollbacks': '2 per 60m',
    ...inputs,
  };
  return `
${ON}
permissions: {}
jobs:
  deploy:
    runs-on: self-hosted
${job}
    env: {MACHINE: '\${{ vars.MACHINE }}'}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: org/actions/guarded-deploy@v1
        with:
${Object.entries(all)
  .map(([name, value]) => `          ${name}: ${value}`)
  .join('\n')}
`;
}

let runId = 5_000;

/** Starts a team whose main branch has the healthy release `one`, which is not deployed yet. */
export async function startTeam(options: TeamOptions = {}): Promise<Team> {
  const machine = await startMachine();
  const home = await mkdtemp(join(tmpdir(), 'home-'));
  const runner = await startRunner({
    '.github/workflows/deploy.yml': guardedWorkflow(options),
    'deploy.sh': DEPLOY,
    ...release('one'),
    ...options.files,
  });
  const deploy: Team['deploy'] = (run = {}) =>
    runner.run({
      workflow: 'deploy.yml',
      ...run,
      variables: { MACHINE: machine.folder, URL: machine.server.url, ...run.variables },
      env: { HOME: home, GITHUB_RUN_ID: String(++runId), ...run.env },
    });
  return {
    machine,
    runner,
    home,
    deploy,
    push: async (name, isHealthy, run) => {
      await runner.commit(release(name, isHealthy));
      return deploy(run);
    },
    [Symbol.asyncDispose]: async () => {
      await runner[Symbol.asyncDispose]();
      await machine[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true });
    },
  };
}
