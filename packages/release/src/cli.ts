import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseCommand } from './command.ts';
import { ReleaseError } from './release-error.ts';

// pnpm release build|verify|publish|move|mirror
const root = fileURLToPath(new URL('../../..', import.meta.url));

try {
  await releaseCommand({
    root,
    argv: process.argv.slice(2),
    cwd: process.env.INIT_CWD ?? process.cwd(),
    bundle,
    log: (line) => console.log(line),
  });
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Rebuilds every bundle from its sources, without the turbo cache. */
function bundle(): void {
  const turbo = join(root, 'node_modules/turbo/bin/turbo');
  const args = ['run', 'bundle', '--force', '--output-logs=errors-only'];
  const { status } = spawnSync(process.execPath, [turbo, ...args], {
    cwd: root,
    // The last line of stdout must contain only the SHA.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  if (status !== 0) throw new ReleaseError('The build failed.', 'Fix the errors above.');
}
