/**
 * Cuts the operations that the local GitHub serves out of GitHub's OpenAPI description, into
 * `openapi.json`, after a route was added:
 * `npx pnpm@12.21.0 exec node packages/testkit/src/github/extract-openapi.ts`.
 *
 * The package has 385 MB, so it is no dependency: its tarball is fetched here, by npm.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cutOut, isObject, type Json } from './cut-out.ts';
import { ROUTES } from './routes/routes.ts';

const PACKAGE = '@octokit/openapi@23.0.2';
const DESCRIPTION = 'package/generated/api.github.com.json';
const MOST_BYTES = 256 * 1_024;

const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
try {
  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, { cwd: folder, encoding: 'utf8' }).trim();
  const tarball = run('npm', 'pack', PACKAGE, '--silent');
  run('tar', '-xzf', tarball, DESCRIPTION);
  const description = JSON.parse(readFileSync(join(folder, DESCRIPTION), 'utf8'));
  const operations = ROUTES.map(({ operation }) => operation);
  const file = fileURLToPath(new URL('openapi.json', import.meta.url));
  writeFileSync(file, lineByLine({ from: PACKAGE, ...cutOut(description, operations) }));
  const bytes = statSync(file).size;
  process.stdout.write(`${operations.length} operations, ${bytes} bytes\n`);
  if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
} finally {
  rmSync(folder, { recursive: true });
}

/** JSON with a line for each operation and each component: small, and a change shows where it is. */
function lineByLine(json: Json, depth = 0): string {
  if (!isObject(json) || depth === 3) return JSON.stringify(json);
  const entries = Object.entries(json).map(
    ([key, value]) => `${JSON.stringify(key)}:${lineByLine(value, depth + 1)}`,
  );
  const end = depth === 0 ? '}\n' : '}';
  return `{\n${entries.join(',\n')}\n${end}`;
}
