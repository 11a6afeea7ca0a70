import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listTrackedFiles } from '../tracked-files.ts';
import { isStale, renderLock } from './render-lock.ts';
import { REPOSITORIES } from './repositories.ts';

// pnpm lock:actions: writes the lock file of all workflows. With --check it writes nothing and fails
// if the file is out of date.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const LOCK = '.github/workflows/actions.lock';

const workflows = listTrackedFiles(root, ['.github/workflows'])
  .filter((path) => path.endsWith('.yml'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const result = renderLock(workflows, REPOSITORIES);
if (result.kind === 'problems') {
  for (const problem of result.problems) console.error(problem);
  process.exitCode = 1;
} else if (!process.argv.includes('--check')) {
  writeFileSync(join(root, LOCK), result.text);
} else if (isStale(readLock(), result.text)) {
  console.error(`${LOCK} is out of date. Run "pnpm lock:actions".`);
  process.exitCode = 1;
}

function readLock(): string {
  try {
    return readFileSync(join(root, LOCK), 'utf8');
  } catch {
    return '';
  }
}
