import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConfigured } from '@repo/checks/testing/run-configured';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disk, spaceOf } from './disk.ts';

let workspace = '';
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'disk-'));
});
afterAll(() => rm(workspace, { recursive: true }));

describe('disk space', () => {
  test('the disk of the workspace, by default', async () => {
    const { observations, state } = await runConfigured(
      disk,
      {},
      { machine: { workspace }, expect: ['usedPercent < 100.1', 'total > free', 'free >= 0'] },
    );
    expect(state).toBe('healthy');
    const { blocks, bsize } = await statfs(workspace);
    expect(observations).toMatchObject([{ facts: { total: BigInt(blocks) * BigInt(bsize) } }]);
  });

  test('what is missed is told with numbers, and shown as people write it', async () => {
    const { state, reason, evidence } = await runConfigured(
      disk,
      { path: workspace },
      { expect: ['usedPercent < 0'] },
    );
    expect(state).toBe('unhealthy');
    expect(reason).toMatch(/^usedPercent < 0: usedPercent was \d+(\.\d+)?$/);
    expect(evidence[0]?.lines[0]).toMatch(/^[\d.]+\w+ free of [\d.]+\w+$/);
  });

  test('a path that is not there is unknown', async () => {
    const { state, reason } = await runConfigured(disk, { path: join(workspace, 'missing') });
    expect(state).toBe('unknown');
    expect(reason).toContain('does not exist (ENOENT)');
  });

  const counts = { bsize: 4_096n, blocks: 1_000n, bfree: 150n, bavail: 100n, files: 0n, ffree: 0n };

  test('as in df, what is kept for root is neither used nor free', () => {
    // 850 used, 100 free for us: 850 / 950.
    expect(spaceOf(counts)).toEqual({
      usedPercent: 89.47,
      free: 409_600n,
      total: 4_096_000n,
      inodesUsedPercent: undefined,
    });
  });

  test('inodes run out as well, where there is a number of them', () => {
    expect(spaceOf({ ...counts, files: 200n, ffree: 3n })).toMatchObject({
      inodesUsedPercent: 98.5,
    });
  });

  test.each([
    [89n, 'healthy'],
    [90n, 'unhealthy'],
  ])('without an expectation %s %% are %s', async (used, state) => {
    const facts = spaceOf({ ...counts, blocks: 100n, bfree: 100n - used, bavail: 100n - used });
    const { target } = await runConfigured(disk, {});
    expect(target.defaultExpectations.every((one) => one.judge(facts).met)).toBe(
      state === 'healthy',
    );
  });
});
