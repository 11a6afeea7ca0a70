/**
 * Extracts the operations of the local GitHub from GitHub's OpenAPI description into `openapi.json`.
 * Run it after adding a route:
 * `npx pnpm@12.21.0 exec node packages/testkit/src/github/extract-openapi.ts`.
 *
 * Downloads the package with npm, because with 385 MB it is too large for a dependency.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractOperations, isObject, type Json } from './extract-operations.ts';
import { ROUTES } from './routes/routes.ts';

const PACKAGE = '@octokit/openapi@23.0.2';
const DESCRIPTION = 'package/generated/api.github.com.json';
const MAX_BYTES = 256 * 1_024;

const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
try {
  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, { cwd: folder, encoding: 'utf8' }).trim();
  const tarball = run('npm', 'pack', PACKAGE, '--silent');
  run('tar', '-xzf', tarball, DESCRIPTION);
  const description = JSON.parse(readFileSync(join(folder, DESCRIPTION), 'utf8'));
  const operations = ROUTES.map(({ operation }) => operation);
  const file = fileURLToPath(new URL('openapi.json', import.meta.url));
  writeFileSync(
    file,
    formatByLine({ from: PACKAGE, ...extractOperations(description, operations) }),
  );
  const bytes = statSync(file).size;
  process.stdout.write(`${operations.length} operations, ${bytes} bytes\n`);
  if (bytes > MAX_BYTES) throw new Error(`openapi.json has more than ${MAX_BYTES} bytes`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Formats JSON with one line per operation and component, for small files and readable diffs. */
function formatByLine(json: Json, depth = 0): string {
  if (!isObject(json) || depth === 3) return JSON.stringify(json);
  const entries = Object.entries(json).map(
    ([key, value]) => `${JSON.stringify(key)}:${formatByLine(value, depth + 1)}`,
  );
  const end = depth === 0 ? '}\n' : '}';
  return `{\n${entries.join(',\n')}\n${end}`;
}
