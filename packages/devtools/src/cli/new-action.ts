import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAction } from '../new-action/new-action.ts';
import { generateReadmes } from '../readme/generate.ts';

// pnpm new-action <name>
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const result = await createAction(root, process.argv[2] ?? '');

if (result.kind === 'rejected') {
  console.error(result.reason);
  process.exitCode = 2;
} else {
  for (const readme of await generateReadmes(root)) {
    if (readme.kind === 'stale') await writeFile(join(root, readme.path), readme.text);
  }
  console.log(`${result.files.join('\n')}\n\nNext: pnpm action ${process.argv[2]} path=README.md`);
}
