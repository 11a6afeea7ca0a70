import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { commit, git } from '@repo/testkit/git/repository';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { engine } from './engine.ts';
import { type ServedRepository, serveRepository } from './git-daemon.ts';

vi.setConfig({ testTimeout: 180_000 });

const action = fileURLToPath(new URL('../../actions/deploy-rollback', import.meta.url));
const program = engine('git', 'apt-get install git');

const MODES: readonly (readonly [string, string, string])[] = [
  ['restore-commit', 'branch: main', 'main'],
  ['reset', 'branch: main, force: true', 'main'],
  ['tag', 'tag: live', 'live'],
];

describe.skipIf(program.path === undefined)(`git daemon ${program.needs}`, () => {
  let served: ServedRepository;
  let site: Awaited<ReturnType<typeof startHttpServer>>;
  let workspace: string;
  let stateDir: string;
  let good: string;
  let bad: string;
  let live: string;

  const appOn = (name: string) => git(served.repository.remote, 'show', `${name}:app.txt`);

  beforeEach(async () => {
    served = await serveRepository(program.path ?? '', { 'app.txt': 'good' });
    const clone = served.repository.clone();
    good = git(clone, 'rev-parse', 'HEAD');
    bad = commit(clone, { 'app.txt': 'bad' });
    git(clone, 'push', '--quiet', 'origin', 'main', `${bad}:refs/tags/live`);
    // Like actions/checkout: only the latest commit, from the server.
    workspace = `${clone}-job`;
    git(clone, 'clone', '--quiet', '--depth=1', '--branch=main', served.url, workspace);
    stateDir = `${clone}-state`;
    live = 'main';
    site = await startHttpServer({
      script: (exchange) => (appOn(live) === 'good' ? respond(200) : respond(503))(exchange),
    });
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  function run(
    inputs: Readonly<Record<string, string>>,
    options: Partial<RunActionOptions> & { readonly sha?: string } = {},
  ): Promise<RunResult> {
    const { sha = bad, ...rest } = options;
    return runAction({
      action,
      cwd: workspace,
      trackFiles: false,
      github: { sha, run_id: '4711' },
      ...rest,
      with: {
        ledger: 'local',
        'state-dir': stateDir,
        'verify-url': site.url,
        'verify-deadline': '5s',
        ...inputs,
      },
    });
  }

  async function deployBoth(strategies: string): Promise<void> {
    for (const sha of [good, bad]) {
      await using snapshot = await run({ mode: 'snapshot', strategies }, { sha });
      expect(snapshot.exitCode, snapshot.log).toBe(0);
      if (sha === bad) break;
      await using marked = await run({ mode: 'mark' }, { sha });
      expect(marked.exitCode, marked.log).toBe(0);
    }
  }

  describe.each(MODES)('%s', (mode, options, name) => {
    const strategies = `- git: {mode: ${mode}, ${options}, remote: origin}`;
    beforeEach(async () => {
      live = name;
      await deployBoth(strategies);
      expect(appOn(live)).toBe('bad');
    });

    test('restores the good release and verifies it', async () => {
      await using back = await run({ strategies });
      expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back', to: good });
      expect(appOn(live)).toBe('good');
      expect(git(workspace, 'status', '--porcelain')).toBe('');
      await using again = await run({ strategies });
      expect(again.outputs).toMatchObject({ result: 'noop' });
    });

    test('a second run succeeds after a kill during the push', async () => {
      const hold = join(served.repository.remote, 'hold');
      const arrived = join(served.repository.remote, 'arrived');
      writeFileSync(hold, '');
      served.hook(
        'pre-receive',
        `touch ${arrived}; while [ -e ${hold} ]; do sleep 0.02; done; exit 0`,
      );
      const controller = new AbortController();
      const running = run(
        { strategies },
        {
          cancel: { signal: controller.signal },
          patience: { afterInterrupt: 0, afterTerminate: 0 },
        },
      );
      await vi.waitFor(() => expect(existsSync(arrived)).toBe(true), { timeout: 60_000 });
      controller.abort();
      await using killed = await running;
      expect(killed.signal).toBe('SIGKILL');
      expect(appOn(live)).toBe('bad');
      rmSync(hold);
      await using back = await run({ strategies });
      expect(back.outputs, back.log).toMatchObject({ result: 'rolled-back', to: good });
      expect(appOn(live)).toBe('good');
      if (mode !== 'restore-commit') return;
      const count = ['rev-list', '--count', `${bad}..main`];
      expect(git(served.repository.remote, ...count)).toBe('1');
    });
  });

  test('reports the message of a hook that rejects the push', async () => {
    const strategies = '- git: {branch: main, remote: origin}';
    await deployBoth(strategies);
    served.hook('update', 'echo "main is protected: ask Ann" >&2; exit 1');
    await using back = await run({ strategies });
    expect(back.outputs, back.log).toMatchObject({ result: 'failed' });
    expect(back.exitCode).toBe(1);
    expect(back.log).toContain('main is protected: ask Ann');
    expect(git(served.repository.remote, 'rev-parse', 'main')).toBe(bad);
  });

  test('the preflight finds a missing commit', async () => {
    const strategies = '- git: {branch: main, remote: origin}';
    await deployBoth(strategies);
    const root = git(workspace, 'commit-tree', `${bad}^{tree}`, '-m', 'other');
    git(workspace, 'push', '--quiet', '--force', served.url, `${root}:refs/heads/main`);
    git(served.repository.remote, 'update-ref', '-d', 'refs/tags/live');
    git(served.repository.remote, 'reflog', 'expire', '--expire=now', '--all');
    git(served.repository.remote, 'gc', '--quiet', '--prune=now');
    await using back = await run({ strategies });
    expect(back.outputs, back.log).toMatchObject({ result: 'no-target' });
    expect(back.outputs.message).toContain('does not contain the commit');
    expect(git(served.repository.remote, 'rev-parse', 'main')).toBe(root);
  });
});
