import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTail } from './tail.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tail-'));
});
afterAll(() => rm(folder, { recursive: true }));

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}`);

test.each([
  ['', []],
  ['\n', ['']],
  ['a', ['a']],
  ['a\n', ['a']],
  ['a\nb', ['a', 'b']],
  ['a\n\nb\n', ['a', '', 'b']],
])('splits %j into lines', async (text, lines) => {
  await writeFile(join(folder, 'small'), text);
  const all = await readTail(join(folder, 'small'), { maxBytes: 1_000 });
  expect(all).toEqual({ lines, isCut: false });
  const last = await readTail(join(folder, 'small'), { lines: 1, maxBytes: 1_000 });
  expect(last).toEqual({ lines: lines.slice(-1), isCut: false });
});

test('reads the last lines of a large file', async () => {
  const path = join(folder, 'large');
  for (const end of ['', '\n']) {
    await writeFile(path, numbered(0, 50_000).join('\n') + end);
    for (const lines of [1, 2, 7_000, 49_999, 50_000, 60_000]) {
      expect(await readTail(path, { lines, maxBytes: 10_000_000 })).toEqual({
        lines: numbered(Math.max(0, 50_000 - lines), 50_000),
        isCut: false,
      });
    }
  }
});

test('respects maxBytes and drops an incomplete line', async () => {
  const path = join(folder, 'cut');
  await writeFile(path, `${numbered(0, 1_000).join('\n')}\n`);
  expect(await readTail(path, { lines: 900, maxBytes: 95 })).toEqual({
    lines: numbered(990, 1_000),
    isCut: true,
  });
  expect(await readTail(path, { lines: 3, maxBytes: 95 })).toMatchObject({ isCut: false });
});

test('reads only the end of a file of terabytes', async () => {
  const path = join(folder, 'sparse');
  await writeFile(path, '');
  await truncate(path, 2 ** 42).catch(() => truncate(path, 2 ** 33));
  const { lines, isCut } = await readTail(path, { lines: 5, maxBytes: 200_000 });
  expect(lines).toEqual([]);
  expect(isCut).toBe(true);
});
