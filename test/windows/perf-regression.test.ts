import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runAction } from '@repo/testkit/runner/run-action';
import { expect, onTestFinished } from 'vitest';
import { go } from '../e2e/perf/go-output.ts';
import { cell } from '../setups/cell.ts';

const action = fileURLToPath(new URL('../../actions/perf-regression', import.meta.url));
const BASE = { Parse: 1000, Render: 50_000, Sort: 700, Hash: 90, Join: 4000 };

cell('windows', 'compares results with CRLF line ends in a folder with a space', async () => {
  const workspace = await mkdtemp(join(tmpdir(), 'windows-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true, maxRetries: 5 }));
  const folder = join(workspace, 'my results');
  await mkdir(folder);
  const write = (name: string, times: Readonly<Record<string, number>>) =>
    writeFile(join(folder, name), go(times).replaceAll('\n', '\r\n'));
  await write('old.txt', BASE);
  await write('same.txt', BASE);
  await write('slow.txt', { ...BASE, Parse: 1300 });
  const compare = (results: string) =>
    runAction({
      action,
      cwd: workspace,
      with: { baseline: join(folder, 'old.txt'), results: join(folder, results) },
    });
  await using same = await compare('same.txt');
  expect(same.outcome, same.log).toBe('success');
  await using slow = await compare('slow.txt');
  expect(slow.outcome, slow.log).toBe('failure');
  expect(slow.summary).toMatch(/Parse.*30\.\d%/);
});
