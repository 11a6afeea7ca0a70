import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { copyCheckout, pnpm } from './checkout.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A full build takes long on two cores. */
const TIMEOUT_MS = 180_000;

test('builds identical bundles in two folders', { timeout: TIMEOUT_MS }, () => {
  const copy = copyCheckout(root);
  try {
    pnpm(copy, 'install', '--frozen-lockfile', '--prefer-offline');
    pnpm(copy, 'exec', 'turbo', 'run', 'bundle', '--force', '--output-logs=errors-only');
    // In the root, turbo may keep chunks of an earlier build beside the cached ones.
    expect(fingerprint(root)).toMatchObject(fingerprint(copy));
  } finally {
    rmSync(copy, { recursive: true });
  }
});

/** Returns the SHA-256 of every file in every `dist`. */
function fingerprint(checkout: string): Readonly<Record<string, string>> {
  const files = globSync('actions/*/dist/*', { cwd: checkout });
  expect(new Set(files.map((file) => file.split('/')[1])).size).toBeGreaterThan(4);
  return Object.fromEntries(
    files.toSorted().map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(checkout, file)))
        .digest('hex'),
    ]),
  );
}
