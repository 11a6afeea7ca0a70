import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkShape } from './check-shape.ts';

// pnpm check:shape: each action has the documented files, and run.ts calls the phases in order.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--', 'actions', 'packages', 'test'],
  { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
)
  .split('\n')
  .filter((file) => file.endsWith('.ts') && existsSync(join(root, file)));
const problems = checkShape(
  new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')])),
);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
