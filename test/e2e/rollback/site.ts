import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';

const action = fileURLToPath(new URL('../../../actions/deploy-rollback', import.meta.url));

/** A readable SHA: forty times one digit. */
export const sha = (digit: string) => digit.repeat(40);

/** A machine with a site: a release of two files, and a server that reads them. */
export interface Site extends AsyncDisposable {
  readonly root: string;
  readonly workspace: string;
  readonly state: string;
  readonly url: string;
  /** Deploys a release. */
  readonly deploy: (revision: string) => void;
  /** The release of each file by its digit: `aa`, or `af` if only one file was restored. */
  readonly runs: () => string;
  /** Whether the server responds with 200 instead of 500. */
  isHealthy: (revision: string) => boolean;
  /** A run of the bundle in the job of a release. */
  readonly run: (
    revision: string,
    inputs: Readonly<Record<string, string>>,
    options?: Partial<RunActionOptions>,
  ) => Promise<RunResult>;
  /** Snapshot, deploy, and mark as good by default. */
  readonly release: (revision: string, mark?: 'good' | 'none') => Promise<void>;
  /** Saves all files for {@link reset}. */
  readonly saveFiles: () => void;
  readonly reset: () => void;
}

const STRATEGIES = `
- files: {paths: [version.txt]}
- files: {paths: [config]}
`;

export async function startSite(): Promise<Site> {
  const root = mkdtempSync(join(tmpdir(), 'rollback-site-'));
  const copy = `${root}-kept`;
  const workspace = join(root, 'workspace');
  const state = join(root, 'state');
  const version = join(workspace, 'version.txt');
  const config = join(workspace, 'config', 'app.toml');
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const server = createServer((_, response) => {
    const revision = read(version);
    response.statusCode = site.isHealthy(revision) ? 200 : 500;
    response.end(JSON.stringify({ version: revision }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  mkdirSync(join(workspace, 'config'), { recursive: true });
  const site: Site = {
    root,
    workspace,
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    isHealthy: (revision) => revision !== sha('f'),
    deploy: (revision) => {
      writeFileSync(version, revision);
      writeFileSync(config, revision);
    },
    runs: () => `${read(version)[0] ?? '-'}${read(config)[0] ?? '-'}`,
    run: (revision, inputs, options = {}) =>
      runAction({
        action,
        cwd: workspace,
        with: {
          strategies: STRATEGIES,
          ledger: 'local',
          'state-dir': state,
          'verify-deadline': '500ms',
          'lock-timeout': '0s',
          ...inputs,
        },
        ...options,
        github: { sha: revision, ...options.github },
      }),
    release: async (revision, mark = 'good') => {
      await expectSuccess(site.run(revision, { mode: 'snapshot' }));
      site.deploy(revision);
      if (mark === 'good') await expectSuccess(site.run(revision, { mode: 'mark', mark }));
    },
    saveFiles: () => cpSync(root, copy, { recursive: true, preserveTimestamps: true }),
    reset: () => {
      for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
      cpSync(copy, root, { recursive: true, preserveTimestamps: true });
    },
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
      for (const folder of [root, copy]) rmSync(folder, { recursive: true, force: true });
    },
  };
  return site;
}

async function expectSuccess(running: Promise<RunResult>): Promise<void> {
  await using result = await running;
  if (result.exitCode !== 0) throw new Error(result.log);
}

/** The lines of a file in the state folder of the environment. */
export function readStateLines(site: Site, name: string): readonly Record<string, unknown>[] {
  return read(join(site.state, 'production', name));
}

/** The lines of all journals. */
export function readJournal(site: Site): readonly Record<string, unknown>[] {
  const folder = join(site.state, 'production', 'journals');
  return existsSync(folder) ? readdirSync(folder).flatMap((name) => read(join(folder, name))) : [];
}

function read(path: string): readonly Record<string, unknown>[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/**
 * The environment variables of a run that is killed before or after its n-th change below a folder.
 */
export function killed(site: Site, at: number, moment: 'before' | 'after', below = '') {
  const preload = new URL('./kill-at-write.mjs', import.meta.url);
  const into = join(site.root, 'writes');
  for (const [name, value] of Object.entries({
    folder: `${site.root}/${below}`,
    at,
    moment,
    into,
  })) {
    preload.searchParams.set(name, String(value));
  }
  return { NODE_OPTIONS: `--import ${preload.href}` };
}

/** The number of changes by the last {@link killed} run. */
export function countWrites(site: Site): number {
  return Number(readFileSync(join(site.root, 'writes'), 'utf8'));
}
