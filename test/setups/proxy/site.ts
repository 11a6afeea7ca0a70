import { fileURLToPath } from 'node:url';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { git, type Repository, startRepository } from '@repo/testkit/git/repository';
import type { RunResult } from '@repo/testkit/runner/run-action';
import { type CheckoutOptions, checkout } from '@repo/testkit/setups/checkout';
import type { Job } from '@repo/testkit/setups/runners';
import { listText, record, startTestbed, type Testbed } from '../../e2e/proxy/testbed.ts';

const retestAction = fileURLToPath(new URL('../../../actions/proxy-retest', import.meta.url));

/** A repository whose site publishes `proxies.json` from main. */
export interface Site extends AsyncDisposable {
  readonly testbed: Testbed;
  readonly repository: Repository;
  /** A proxy that works and one that does not; the list says that both work. */
  readonly links: readonly [alive: string, dead: string];
  /** A file as the site serves it, or `undefined`. */
  readonly serve: (file?: string) => string | undefined;
  /** Whether each record of the served list works. */
  readonly serveStatus: (file?: string) => readonly boolean[];
  /** The number of commits on main. */
  readonly commits: () => number;
}

/** @param files more files of the repository; `proxies.json` replaces the list */
export async function startSite(files: Readonly<Record<string, string>> = {}): Promise<Site> {
  const testbed = await startTestbed();
  const { port } = await testbed.proxy({ protocol: 'http' });
  const links = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${await closedPort()}`] as const;
  const list = listText(links.map((link) => record(link)));
  const repository = startRepository({ 'proxies.json': list, ...files });
  const serve = (file = 'proxies.json') => {
    try {
      return git(repository.remote, 'show', `main:${file}`);
    } catch {
      return undefined;
    }
  };
  return {
    testbed,
    repository,
    links,
    serve,
    serveStatus: (file) =>
      JSON.parse(serve(file) ?? '[]').map((one: { is_working: boolean }) => one.is_working),
    commits: () => Number(git(repository.remote, 'rev-list', '--count', 'main')),
    [Symbol.asyncDispose]: async () => {
      repository[Symbol.dispose]();
      await testbed[Symbol.asyncDispose]();
    },
  };
}

/** Checks out the repository, as the step before. */
export function checkOut({ repository }: Site, job: Job, options: CheckoutOptions = {}): string {
  return checkout(repository, job.workspace, options);
}

/** Retests the list of a checked-out repository and commits it. */
export function retest(
  { testbed }: Site,
  job: Job,
  inputs: Readonly<Record<string, string>> = {},
  step: Omit<Parameters<Job['run']>[0], 'action' | 'with'> = {},
): Promise<RunResult> {
  const all = { ...testbed.inputs, commit: 'true', ...inputs };
  return job.run({ action: retestAction, with: all, ...step });
}

/** Checks out, retests and commits in one job. */
export function checkOutAndRetest(
  site: Site,
  job: Job,
  inputs: Readonly<Record<string, string>> = {},
  options: CheckoutOptions = {},
): Promise<RunResult> {
  checkOut(site, job, options);
  return retest(site, job, inputs);
}
