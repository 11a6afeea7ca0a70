import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseCommand } from './command.ts';
import { Refusal } from './refusal.ts';

// pnpm release build|publish|move|mirror
const root = fileURLToPath(new URL('../../..', import.meta.url));

try {
  releaseCommand({
    root,
    argv: process.argv.slice(2),
    cwd: process.env.INIT_CWD ?? process.cwd(),
    bundle,
    say: (line) => console.log(line),
  });
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Every bundle from its sources: no cache has a say in a release. */
function bundle(): void {
  const turbo = join(root, 'node_modules/turbo/bin/turbo');
  const args = ['run', 'bundle', '--force', '--output-logs=errors-only'];
  const { status } = spawnSync(process.execPath, [turbo, ...args], {
    cwd: root,
    // The SHA is to be the only thing on the last line of stdout.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  if (status !== 0) throw new Refusal('The build failed.', 'Mend what it says above.');
}
