import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What was made, or why nothing was. */
export type NewAction =
  | { readonly kind: 'made'; readonly files: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string };

const template = fileURLToPath(new URL('./template', import.meta.url));

/**
 * Makes a small action that is whole: it runs, and passes the contract and its end-to-end tests.
 * Nothing that is there is overwritten.
 *
 * @param name the folder and the name, as in `uses: org/actions/<name>@v1`
 */
export async function newAction(root: string, name: string): Promise<NewAction> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    const why = `"${name}" is no name: lower-case words with hyphens, as in "health-check".`;
    return { kind: 'refused', why };
  }
  const places: Readonly<Record<string, string>> = {
    action: join('actions', name),
    'e2e/e2e.test.ts.txt': join('test/e2e', `${name}.test.ts`),
    'e2e/scenario.ts.txt': join('test/e2e/faults', `${name}.ts`),
  };
  for (const place of Object.values(places)) {
    if (await stat(join(root, place)).catch(() => undefined)) {
      return { kind: 'refused', why: `${place} is there already.` };
    }
  }
  const samples = join(root, 'test/contract/samples.ts');
  const known = await readFile(samples, 'utf8');

  const files: string[] = [];
  for (const [from, to] of Object.entries(places)) files.push(...(await copy(from, to)));
  // A sample is what the contract test runs; the last line closes the list of them.
  const sample = `  '${name}': async () => ({ path: fileURLToPath(import.meta.url) }),\n};\n`;
  await writeFile(samples, known.replace(/\};\n$/, sample));
  return { kind: 'made', files: [...files, 'test/contract/samples.ts'] };

  async function copy(from: string, to: string): Promise<readonly string[]> {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await cp(join(template, from), join(root, to), { recursive: true });
    const copied = (await stat(join(root, to))).isDirectory()
      ? (await readdir(join(root, to), { recursive: true })).map((file) => join(to, file))
      : [to];
    return (await Promise.all(copied.map(fill))).flat();
  }

  /** Fills in the name; templates end in `.txt` so that no tool takes them for our own code. */
  async function fill(file: string): Promise<readonly string[]> {
    if ((await stat(join(root, file))).isDirectory()) return [];
    const text = await readFile(join(root, file), 'utf8');
    const filled = file.replace(/\.txt$/, '');
    await rm(join(root, file));
    await writeFile(
      join(root, filled),
      text.replaceAll('__NAME__', name).replaceAll('__TITLE__', titleOf(name)),
    );
    return [filled];
  }
}

function titleOf(name: string): string {
  const title = name.replaceAll('-', ' ');
  return title.charAt(0).toUpperCase() + title.slice(1);
}
