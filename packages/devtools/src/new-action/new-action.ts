import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The created files, or the reason for creating none. */
export type CreateActionResult =
  | { readonly kind: 'created'; readonly files: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string };

const template = fileURLToPath(new URL('./template', import.meta.url));

/**
 * Creates a small complete action that passes the checks, the contract and its own tests. Does not
 * overwrite existing files.
 *
 * @param name the folder and the name, as in `uses: org/actions/<name>@v1`
 */
export async function createAction(root: string, name: string): Promise<CreateActionResult> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    const reason = `"${name}" is not a valid name. Use lower-case words with hyphens, such as "health-check".`;
    return { kind: 'rejected', reason };
  }
  const targets: Readonly<Record<string, string>> = {
    action: join('actions', name),
    'e2e/e2e.test.ts.txt': join('test/e2e', `${name}.test.ts`),
    'e2e/scenario.ts.txt': join('test/e2e/faults', `${name}.ts`),
  };
  for (const target of Object.values(targets)) {
    if (await stat(join(root, target)).catch(() => undefined)) {
      return { kind: 'rejected', reason: `${target} already exists.` };
    }
  }
  const samples = join(root, 'test/contract/samples.ts');
  const sampleSource = await readFile(samples, 'utf8');

  const files: string[] = [];
  for (const [from, to] of Object.entries(targets)) files.push(...(await copy(from, to)));
  // The contract test runs each sample; the last line closes the list.
  const sample = `  '${name}': async () => ({ path: 'report.json' }),\n};\n`;
  await writeFile(samples, sampleSource.replace(/\};\n$/, sample));
  return { kind: 'created', files: [...files, 'test/contract/samples.ts'] };

  async function copy(from: string, to: string): Promise<readonly string[]> {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await cp(join(template, from), join(root, to), { recursive: true });
    const copied = (await stat(join(root, to))).isDirectory()
      ? (await readdir(join(root, to), { recursive: true })).map((file) => join(to, file))
      : [to];
    return (await Promise.all(copied.map(fill))).flat();
  }

  /** Inserts the name. Templates end in `.txt`, so that tools do not treat them as source code. */
  async function fill(file: string): Promise<readonly string[]> {
    if ((await stat(join(root, file))).isDirectory()) return [];
    const text = await readFile(join(root, file), 'utf8');
    const filled = file.replace(/\.txt$/, '');
    await rm(join(root, file));
    await writeFile(
      join(root, filled),
      text.replaceAll('__NAME__', name).replaceAll('__TITLE__', toTitle(name)),
    );
    return [filled];
  }
}

function toTitle(name: string): string {
  const title = name.replaceAll('-', ' ');
  return title.charAt(0).toUpperCase() + title.slice(1);
}
