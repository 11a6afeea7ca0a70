/**
 * Bundles the action in the current folder: `lib/main.js` → `dist/`.
 *
 * ncc does not clean its output folder, so files of an earlier build would be released. ncc also
 * succeeds for a CommonJS build that fails at run time, so the module type is checked.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';

const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [ncc, 'build', 'lib/main.js', '-o', 'dist', '--license', 'licenses.txt', '--quiet'],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);

const { type } = JSON.parse(readFileSync('dist/package.json', 'utf8')) as { type?: string };
if (type !== 'module') throw new Error(`dist/package.json has type ${type}, expected module`);
