import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateReadmes } from './generate.ts';

// pnpm readme: updates the tables of all READMEs from action.yml. With --check it writes nothing
// and fails if one is out of date.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const check = process.argv.includes('--check');

for (const readme of await generateReadmes(root)) {
  if (readme.kind === 'broken') {
    console.error(`${readme.path} ${readme.problem}`);
    process.exitCode = 1;
  } else if (readme.kind === 'stale' && check) {
    console.error(`${readme.path} is out of date. Run "pnpm readme".`);
    process.exitCode = 1;
  } else if (readme.kind === 'stale') {
    await writeFile(join(root, readme.path), readme.text);
    console.log(`Updated ${readme.path}`);
  }
}
