/**
 * Bundles the action in the current folder: `lib/main.js` → `dist/`, and writes the names of the
 * bundled modules to `lib/modules.txt`.
 *
 * ncc does not clean its output folder, so files of an earlier build would be released. ncc also
 * succeeds for a CommonJS build that fails at run time, so the module type is checked.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
const STATS = 'lib/stats.json';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [
    ...[ncc, 'build', 'lib/main.js', '-o', 'dist', '--license', 'licenses.txt', '--quiet'],
    ...['--stats-out', STATS],
  ],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);

const { type } = JSON.parse(readFileSync('dist/package.json', 'utf8')) as { type?: string };
if (type !== 'module') throw new Error(`dist/package.json has type ${type}, expected module`);

interface Module {
  readonly name: string;
  /** Empty for a module that was read, but is not in the bundle. */
  readonly chunks: readonly unknown[];
  /** The parts of a concatenated module. */
  readonly modules?: readonly Module[];
}

const listNames = ({ name, modules = [] }: Module): readonly string[] =>
  modules.length === 0 ? [name] : modules.flatMap(listNames);

const stats = JSON.parse(readFileSync(STATS, 'utf8')) as { readonly modules: readonly Module[] };
const names = stats.modules.filter(({ chunks }) => chunks.length > 0).flatMap(listNames);
writeFileSync('lib/modules.txt', `${[...new Set(names)].toSorted().join('\n')}\n`);
rmSync(STATS);
