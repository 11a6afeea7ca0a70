import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { actionFolders } from '@repo/devtools/readme/generate';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FORMS = join(root, '.github/ISSUE_TEMPLATE');

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: { readonly label?: string; readonly options?: readonly string[] };
}

const names = (await readdir(FORMS)).filter((name) => name !== 'config.yml');

async function readForm(name: string): Promise<{ readonly body: readonly Field[] }> {
  const form = parse(await readFile(join(FORMS, name), 'utf8'));
  expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
  return form;
}

describe.each(names)('the issue form %s', (name) => {
  test('has a label and a unique ID for each field', async () => {
    const fields = (await readForm(name)).body.filter(({ type }) => type !== 'markdown');
    const types = ['input', 'textarea', 'dropdown', 'checkboxes'];
    expect(fields.filter(({ type }) => !types.includes(type))).toEqual([]);
    expect(fields.filter(({ attributes }) => attributes.label === undefined)).toEqual([]);
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
  });
});

test('a bug report offers every action', async () => {
  const { body } = await readForm('bug.yml');
  const options = body.find(({ id }) => id === 'action')?.attributes.options;
  expect(options).toEqual(expect.arrayContaining([...(await actionFolders(root))]));
});

test('CODEOWNERS names existing paths', async () => {
  const lines = (await readFile(join(root, '.github/CODEOWNERS'), 'utf8')).split('\n');
  const paths = lines.flatMap((line) => /^\/(\S+)\s+@/.exec(line)?.[1] ?? []);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(paths.length).toBeGreaterThan(1);
});
