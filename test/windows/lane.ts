import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The folder of the Windows lane; `.ci/windows` installs it. */
export const laneFolder =
  process.env.WINDOWS_LANE ?? join(homedir(), '.cache', 'self-healing-actions', 'windows');

/** Whether the lane is installed here. */
export const hasLane = process.platform === 'linux' && existsSync(join(laneFolder, 'nw/launch.go'));

/** The end-to-end tests that run on a Windows Node as they are. */
export const sharedTests: readonly string[] = [
  'test/e2e/deploy-rollback-interrupted.test.ts',
  'test/e2e/deploy-rollback.test.ts',
  'test/e2e/docker-label-cleanup.test.ts',
  'test/e2e/health-check.test.ts',
  'test/e2e/health-check-heal.test.ts',
  'test/e2e/perf-regression.test.ts',
  'test/e2e/proxy-retest.test.ts',
];

/** Before the tests: copies the bundles and their files to the drive of the lane. */
export default function setup(): void {
  if (!hasLane) return;
  const drive = join(laneFolder, 'ci');
  rmSync(drive, { recursive: true, force: true, maxRetries: 3 });
  mkdirSync(join(drive, 'tmp'), { recursive: true });
  for (const name of readdirSync(join(root, 'actions'))) {
    for (const part of ['action.yml', 'dist', 'README.md', 'report.schema.json']) {
      const from = join(root, 'actions', name, part);
      const to = join(drive, 'repo/actions', name, part);
      if (existsSync(from)) cpSync(from, to, { recursive: true });
    }
  }
  for (const folder of ['packages/testkit/src', 'test/fixtures', 'test/e2e']) {
    const filter = (path: string) => !path.includes('node_modules');
    cpSync(join(root, folder), join(drive, 'repo', folder), { recursive: true, filter });
  }
  mountProc();
}

/** The mount is gone after a restart of the machine. */
function mountProc(): void {
  const proc = join(laneFolder, 'proc');
  if (!readFileSync('/proc/mounts', 'utf8').includes(` ${proc} `)) {
    execFileSync('mount', ['-t', 'proc', 'proc', proc]);
  }
}
