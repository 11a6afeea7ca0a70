import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeChunks } from './rewrite.ts';

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rewrite-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'list.json');
}

async function* chunks(text: string, beforeEnd = async () => {}) {
  yield Buffer.from(text.slice(0, 1));
  await beforeEnd();
  yield Buffer.from(text.slice(1));
}

test('two concurrent writes do not interfere', async () => {
  const path = await place();
  await writeChunks(
    path,
    chunks('[1]', () => writeChunks(path, chunks('[2]'))),
  );
  expect(await readFile(path, 'utf8')).toBe('[1]');
  expect(await readdir(join(path, '..'))).toEqual(['list.json']);
});

test('removes the temporary files of killed runs, and no others', async () => {
  const path = await place();
  const id = crypto.randomUUID();
  // No process has the number 0x7fffffff.
  for (const end of [`.2147483647-${id}.tmp`, '.tmp', `.${id}.tmp`, '.bak']) {
    await writeFile(`${path}${end}`, '');
  }
  await writeChunks(path, chunks('[1]'));
  expect((await readdir(join(path, '..'))).sort()).toEqual(
    ['list.json', `list.json.${id}.tmp`, 'list.json.bak', 'list.json.tmp'].sort(),
  );
});
