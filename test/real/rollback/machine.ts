import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunActionOptions, type RunResult, runAction } from '@repo/testkit/runner/run-action';
import { expect } from 'vitest';

const action = fileURLToPath(new URL('../../../actions/deploy-rollback', import.meta.url));

const GOOD = 'a'.repeat(40);
export const BAD = 'b'.repeat(40);

/** A self-hosted runner with its state folder and one environment. */
export interface Machine extends AsyncDisposable {
  readonly root: string;
  readonly workspace: string;
  readonly state: string;
  /** A run of the bundle in the job of the bad release. */
  readonly run: (
    inputs?: Readonly<Record<string, string>>,
    options?: Partial<RunActionOptions>,
  ) => Promise<RunResult>;
  /** Takes a snapshot of the current state as the good release. */
  readonly snapshot: () => Promise<void>;
  /** A rollback that must succeed; returns its log. */
  readonly rollback: (inputs?: Readonly<Record<string, string>>) => Promise<RollbackReport>;
  /** A run after a kill. The rollback may have finished already. */
  readonly rollbackAgain: () => Promise<void>;
  /**
   * A rollback that is killed (-9) after its n-th change, by a request or on the disk.
   *
   * @returns false if it finished before
   */
  readonly killAfter: (change: number) => Promise<boolean>;
  /** Removes all state except for the snapshots. */
  readonly forgetRollbacks: () => void;
}

interface RollbackReport {
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
}

export function startMachine({
  strategies,
  inputs = {},
  env = {},
}: {
  readonly strategies: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}): Machine {
  const root = mkdtempSync(join(tmpdir(), 'rollback-machine-'));
  const [workspace, state] = [join(root, 'workspace'), join(root, 'state')];
  mkdirSync(workspace);
  const run: Machine['run'] = (more = {}, options = {}) =>
    runAction({
      action,
      cwd: workspace,
      trackFiles: false,
      ...options,
      env: { ...env, ...options.env },
      with: {
        strategies,
        ledger: 'local',
        'state-dir': state,
        'lock-timeout': '0s',
        'verify-deadline': '20s',
        ...inputs,
        ...more,
      },
      github: { sha: BAD },
    });
  return {
    root,
    workspace,
    state,
    run,
    snapshot: async () => {
      await using kept = await run({ mode: 'snapshot', revision: GOOD });
      expect(kept.exitCode, kept.log).toBe(0);
      // Only the owner can read the snapshot.
      expect(findReadableFiles(join(state, 'production', 'snapshots'))).toEqual([]);
    },
    rollback: async (more = {}) => {
      await using done = await run({ 'fail-after-rollback': 'false', ...more });
      expect(done.outputs, done.log).toMatchObject({ result: 'rolled-back', from: BAD, to: GOOD });
      expect(done.log).toMatch(/✅ identity of /);
      const { outputs, log } = done;
      return { outputs, log };
    },
    rollbackAgain: async () => {
      await using done = await run();
      expect(['rolled-back', 'noop'], done.log).toContain(done.outputs.result);
    },
    killAfter: async (change) => {
      const preload = new URL('./kill-after-change.mjs', import.meta.url);
      preload.searchParams.set('at', String(change));
      preload.searchParams.set('folder', `${root}/`);
      await using first = await run({}, { env: { NODE_OPTIONS: `--import ${preload.href}` } });
      if (first.signal === 'SIGKILL') return true;
      expect(first.outputs, first.log).toMatchObject({ result: 'rolled-back' });
      return false;
    },
    forgetRollbacks: () => {
      const home = join(state, 'production');
      for (const name of readdirSync(home)) {
        if (name !== 'snapshots') rmSync(join(home, name), { recursive: true });
      }
    },
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Files that other users can read. */
function findReadableFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return ['no snapshot'];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (lstatSync(path).mode & 0o077) !== 0);
}

/** The lines of the ledger of the machine. */
export function readLedger({ state }: Machine): readonly Record<string, unknown>[] {
  return readFileSync(join(state, 'production', 'ledger.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
