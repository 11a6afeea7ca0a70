import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listTrackedFiles } from '../tracked-files.ts';
import { checkProse } from './check-prose.ts';

// pnpm check:prose [path...]: the prose style, in Markdown, YAML and TypeScript.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
/** The word list itself, the requirement ids, and texts that come from elsewhere. */
const EXCLUDED = [
  /^packages\/devtools\/src\/prose\/(?:words|check-prose\.test)\.ts$/,
  /^test\/contract\/requirements\.ts$/,
  /\/fixtures\//,
  /^pnpm-/,
];

const files = listTrackedFiles(root, process.argv.slice(2))
  .filter((file) => /\.(?:md|ts|yml|yaml)$/.test(file))
  .filter((file) => !EXCLUDED.some((pattern) => pattern.test(file)));

let count = 0;
for (const file of files) {
  for (const { line, message } of await checkProse(file, readFileSync(join(root, file), 'utf8'))) {
    console.error(`${file}:${line}: ${message}`);
    count++;
  }
}
if (count > 0) {
  console.error(`\n${count} phrases break the prose style (packages/devtools/src/prose/words.ts).`);
  process.exitCode = 1;
}
