import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with what git has or would have of a checkout, as it stands in the working tree. */
export function copyCheckout(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'another-checkout-'));
  const list = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  // What is deleted, but not committed, git lists all the same.
  for (const file of files.filter((one) => existsSync(join(root, one)))) {
    cpSync(join(root, file), join(copy, file));
  }
  return copy;
}

/** Runs pnpm there; what it printed. Throws when it fails. */
export function pnpm(cwd: string, ...args: readonly string[]): string {
  // The pnpm that runs these tests, a script or a program; or the one that the project names.
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
