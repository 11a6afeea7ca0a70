import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Copies the tracked and untracked files of a checkout, without ignored files, to a new folder. */
export function copyCheckout(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'checkout-'));
  const list = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  // git also lists files that are deleted but not committed.
  for (const file of files.filter((one) => existsSync(join(root, one)))) {
    cpSync(join(root, file), join(copy, file));
  }
  return copy;
}

/** Runs pnpm in a folder and returns its output. Throws if it fails. */
export function pnpm(cwd: string, ...args: readonly string[]): string {
  // The pnpm that runs these tests, a script or an executable; else the version of the project.
  const own = process.env.npm_execpath;
  const isScript = own !== undefined && /\.[cm]?js$/.test(own);
  const [command, ...first] = isScript
    ? [process.execPath, own]
    : own === undefined
      ? ['npx', '--yes', 'pnpm@12.21.0']
      : [own];
  const result = spawnSync(command ?? '', [...first, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', REQUIRE_REAL: '' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status !== 0) {
    throw new Error(`pnpm ${args.join(' ')} failed\n${result.stdout}\n${result.stderr}`);
  }
  return result.stdout;
}
