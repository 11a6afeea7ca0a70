import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import type { Behaviour, HttpExchange } from '@repo/testkit/faults/behaviour';
import { type HttpServer, startHttpServer } from '@repo/testkit/faults/http-server';
import { byPath } from '@repo/testkit/faults/script';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '@repo/testkit/github/local-github';
import type { RunActionOptions, RunResult } from '@repo/testkit/runner/run-action';
import { hostedRunners, type Runners } from '@repo/testkit/setups/runners';

export const action = fileURLToPath(new URL('../../actions/health-check', import.meta.url));

export const HOUR = 3_600_000;
/** The start of the repair workflow. */
export const DISPATCH = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
const [DEPLOY, MONITOR] = [7, 8];

/** A service with its team on GitHub: its monitor repairs it by `deploy.yml`, and keeps an issue. */
export interface Service extends AsyncDisposable {
  readonly github: LocalGitHub;
  readonly server: HttpServer;
  /** What the page of the service answers from now on. */
  readonly serve: (page: Behaviour<HttpExchange>) => void;
  /** Runs the monitor as one more run of its workflow, on a new runner by default. */
  readonly monitor: (options?: MonitorOptions) => Promise<RunResult>;
  /** What the team sees: open issues, started deploys, messages. */
  readonly seen: () => Seen;
}

interface MonitorOptions extends Omit<Partial<RunActionOptions>, 'cwd' | 'launcher'> {
  readonly runners?: Runners;
  /** Starts another attempt of this run. */
  readonly attemptOf?: number;
  /** Prepares the workspace before the step. */
  readonly prepare?: (workspace: string) => Promise<void>;
}

interface Seen {
  readonly open: readonly string[];
  readonly issues: number;
  readonly deploys: number;
  readonly messages: number;
}

/** Starts the service, which is healthy, and the GitHub of its team. */
export async function startService(options: LocalGitHubOptions = {}): Promise<Service> {
  let page: Behaviour<HttpExchange> = respond(200);
  const server = await startHttpServer({
    script: byPath({ '/hook': respond(204) }, (exchange) => page(exchange)),
  });
  const github = await startLocalGitHub(options);
  const { state } = github;
  state.workflows.push(
    { id: DEPLOY, file: 'deploy.yml', inputs: {} },
    { id: MONITOR, file: 'monitor.yml', inputs: undefined },
  );
  const fresh = await hostedRunners();
  const monitor: Service['monitor'] = async ({
    runners = fresh,
    attemptOf,
    prepare,
    with: inputs,
    github: context,
    ...step
  } = {}) => {
    const run = {
      id: attemptOf ?? state.nextId(),
      workflow: MONITOR,
      event: 'schedule',
      branch: 'main',
      status: 'in_progress' as 'in_progress' | 'completed',
      conclusion: null as 'success' | 'failure' | null,
      createdAt: state.now(),
      inputs: {},
    };
    if (attemptOf === undefined) state.runs.push(run);
    const job = await runners.startJob({
      ...github.context,
      workflow: 'Monitor',
      run_id: String(run.id),
      ...context,
    });
    await prepare?.(job.workspace);
    const result = await job.run({
      action,
      ...step,
      with: {
        url: server.url,
        'max-attempts': '1',
        interval: '1ms',
        'on-unhealthy-workflow': 'deploy.yml',
        'incident-issue': 'true',
        notify: `webhook=${server.url}/hook`,
        ...inputs,
      },
    });
    run.status = 'completed';
    run.conclusion = result.outcome === 'success' ? 'success' : 'failure';
    await job.end();
    return result;
  };
  return {
    github,
    server,
    serve: (behaviour) => {
      page = behaviour;
    },
    monitor,
    seen: () => ({
      open: state.issues.filter((issue) => issue.state === 'open').map(({ title }) => title),
      issues: state.issues.length,
      deploys: state.runs.filter(({ workflow }) => workflow === DEPLOY).length,
      messages: server.requests.filter(({ path }) => path === '/hook').length,
    }),
    [Symbol.asyncDispose]: async () => {
      await fresh[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
    },
  };
}

/** No issue, deploy or message. */
export const NOTHING = { open: [], issues: 0, deploys: 0, messages: 0 };
