import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A build from nothing takes its time on two cores. */
const PATIENCE_MS = 180_000;

test('two builds from two folders are the same, byte for byte', { timeout: PATIENCE_MS }, () => {
  const copy = mkdtempSync(join(tmpdir(), 'another-checkout-'));
  try {
    // What git has or would have, as it stands in the working tree.
    for (const file of git('ls-files', '--cached', '--others', '--exclude-standard')) {
      cpSync(join(root, file), join(copy, file));
    }
    pnpm(copy, 'install', '--frozen-lockfile', '--prefer-offline');
    pnpm(copy, 'exec', 'turbo', 'run', 'bundle', '--force', '--output-logs=errors-only');
    expect(fingerprint(copy)).toEqual(fingerprint(root));
  } finally {
    rmSync(copy, { recursive: true });
  }
});

function git(...args: readonly string[]): readonly string[] {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim().split('\n');
}

function pnpm(cwd: string, ...args: readonly string[]): void {
  // The pnpm that runs these tests, a script or a program; or the one that the project names.
  const own = process.env.npm_execpath;
  const isScript = own !== undefined && /\.[cm]?js$/.test(own);
  const [command, ...first] = isScript
    ? [process.execPath, own]
    : own === undefined
      ? ['npx', '--yes', 'pnpm@12.21.0']
      : [own];
  execFileSync(command ?? '', [...first, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
}

/** The SHA-256 of every file in every `dist`. */
function fingerprint(checkout: string): Readonly<Record<string, string>> {
  const files = readdirSync(join(checkout, 'actions')).flatMap((action) => {
    const dist = join('actions', action, 'dist');
    return readdirSync(join(checkout, dist)).map((file) => join(dist, file));
  });
  expect(files.length).toBeGreaterThan(0);
  return Object.fromEntries(
    files.toSorted().map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(checkout, file)))
        .digest('hex'),
    ]),
  );
}
