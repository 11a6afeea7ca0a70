import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listTrackedFiles } from '../tracked-files.ts';
import { checkShape } from './check-shape.ts';

// pnpm check:shape: each action has the documented files, and run.ts calls the phases in order.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const files = listTrackedFiles(root, ['actions', 'packages', 'test']).filter((file) =>
  file.endsWith('.ts'),
);
const problems = checkShape(
  new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')])),
);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
