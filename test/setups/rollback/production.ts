import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import type { RunActionOptions, RunResult, StageResult } from '@repo/testkit/runner/run-action';
import type { Job } from '@repo/testkit/setups/runners';

export const action = fileURLToPath(new URL('../../../actions/deploy-rollback', import.meta.url));

/** A readable SHA: forty times one digit. */
export const sha = (digit: string) => digit.repeat(40);

/** A site in a folder outside the runner, and the server that reads it at each request. */
export interface Production extends AsyncDisposable {
  readonly root: string;
  /** The folder of the app: `site/index.html` is the page. */
  readonly folder: string;
  readonly url: string;
  /** The input `strategies` that restores the site. */
  readonly strategies: string;
  readonly deploy: (page: string) => void;
  /** Changes something that is not in `strategies`, without which each page fails. */
  readonly breakDatabase: () => void;
  /** What a visitor sees: `200 good`. */
  readonly visit: () => Promise<string>;
}

/** Starts production with this page. Pages whose name starts with `bad` have the status 500. */
export async function startProduction(page?: string): Promise<Production> {
  const root = mkdtempSync(join(tmpdir(), 'production-'));
  const folder = join(root, 'srv', 'app');
  const file = join(folder, 'site', 'index.html');
  mkdirSync(folder, { recursive: true });
  const server = await startHttpServer({
    script: (exchange) => {
      if (existsSync(join(root, 'broken'))) return respond(500, { body: 'no database' })(exchange);
      if (!existsSync(file)) return respond(404, { body: 'nothing' })(exchange);
      const body = readFileSync(file, 'utf8');
      return respond(body.startsWith('bad') ? 500 : 200, { body })(exchange);
    },
  });
  const deploy = (next: string) => {
    mkdirSync(join(folder, 'site'), { recursive: true });
    writeFileSync(file, next);
  };
  if (page !== undefined) deploy(page);
  return {
    root,
    folder,
    url: server.url,
    strategies: `- files: {base: ${JSON.stringify(folder)}, paths: [site]}`,
    deploy,
    breakDatabase: () => writeFileSync(join(root, 'broken'), ''),
    visit: () => visit(server.url),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The status and the body of a page. */
export async function visit(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

interface Deploy {
  readonly sha: string;
  readonly with: Readonly<Record<string, string>>;
  /** The later steps of the job. An error fails the job. */
  readonly deploy: () => unknown;
  /** The health check after it. */
  readonly visit: () => Promise<string> | string;
}

/** A guarded deploy job. Returns the result of the post step, or of main if nothing was deployed. */
export async function deployRelease(
  job: Job,
  { sha: revision, with: inputs, deploy, visit: look }: Deploy,
): Promise<StageResult> {
  const result = await job.run({
    action,
    github: { sha: revision },
    with: { mode: 'guard', 'lock-timeout': '0s', ...inputs },
    laterSteps: async (main) => {
      if (main.outcome !== 'success') return 'failure';
      await deploy();
      return (await look()).startsWith('200') ? 'success' : 'failure';
    },
  });
  // Its post step does nothing if main failed.
  return result.outcome === 'success' ? (result.post ?? result) : result;
}

/** Deploys a page to production by a guarded job. */
export function deployPage(
  job: Job,
  production: Production,
  page: string,
  revision: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<StageResult> {
  return deployRelease(job, {
    sha: revision,
    with: { strategies: production.strategies, ...inputs },
    deploy: () => production.deploy(page),
    visit: production.visit,
  });
}

/** Runs one mode of the action as a step. */
export function runMode(
  job: Job,
  mode: string,
  revision: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Partial<Pick<RunActionOptions, 'env' | 'github' | 'measure'>> = {},
): Promise<RunResult> {
  return job.run({
    ...options,
    action,
    github: { sha: revision, ...options.github },
    with: { mode, 'lock-timeout': '0s', ...inputs },
  });
}
