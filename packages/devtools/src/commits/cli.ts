import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createSyncGit } from '@repo/git/sync';

// pnpm check:commits: subjects are Conventional Commits of at most 72 characters (commitlint).
const root = fileURLToPath(new URL('../../../..', import.meta.url));
/** The last commit before the rule; older subjects stay as they are. */
const BASE = '92118ec81aca531e3c97e94eadc2c74dca30ac27';

const isShallow = createSyncGit(root).text(['rev-parse', '--is-shallow-repository']).trim();

if (isShallow === 'true') {
  console.log(
    'Commit subjects are not checked: this clone is shallow. Fetch the history to check them.',
  );
} else {
  const { status } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.resolve('@commitlint/cli/cli.js')), '--from', BASE, '--to', 'HEAD'],
    { cwd: root, stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}
