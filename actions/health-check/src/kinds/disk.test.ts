import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConfigured } from '@repo/checks/testing/run-configured';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { computeSpace, disk } from './disk.ts';

let workspace = '';
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'disk-'));
});
afterAll(() => rm(workspace, { recursive: true }));

describe('disk space', () => {
  test('is that of the workspace by default', async () => {
    const { observations, state } = await runConfigured(
      disk,
      {},
      { machine: { workspace }, expect: ['usedPercent < 100.1', 'total > free', 'free >= 0'] },
    );
    expect(state).toBe('healthy');
    const { blocks, bsize } = await statfs(workspace);
    expect(observations).toMatchObject([{ facts: { total: BigInt(blocks) * BigInt(bsize) } }]);
  });

  test('has the measured value in the reason and readable sizes as evidence', async () => {
    const { state, reason, evidence } = await runConfigured(
      disk,
      { path: workspace },
      { expect: ['usedPercent < 0'] },
    );
    expect(state).toBe('unhealthy');
    expect(reason).toMatch(/^usedPercent < 0: usedPercent was \d+(\.\d+)?$/);
    expect(evidence[0]?.lines[0]).toMatch(/^[\d.]+\w+ free of [\d.]+\w+$/);
  });

  test('of a missing path is unknown', async () => {
    const { state, reason } = await runConfigured(disk, { path: join(workspace, 'missing') });
    expect(state).toBe('unknown');
    expect(reason).toContain('does not exist (ENOENT)');
  });

  const counts = { bsize: 4_096n, blocks: 1_000n, bfree: 150n, bavail: 100n, files: 0n, ffree: 0n };

  test('does not count blocks reserved for root, like df', () => {
    // 850 used, 100 free: 850 / 950.
    expect(computeSpace(counts)).toEqual({
      usedPercent: 89.47,
      free: 409_600n,
      total: 4_096_000n,
      inodesUsedPercent: undefined,
    });
  });

  test('includes inodes if their number is fixed', () => {
    expect(computeSpace({ ...counts, files: 200n, ffree: 3n })).toMatchObject({
      inodesUsedPercent: 98.5,
    });
  });

  test.each([
    [89n, 'healthy'],
    [90n, 'unhealthy'],
  ])('by default %s%% used is %s', async (used, state) => {
    const facts = computeSpace({
      ...counts,
      blocks: 100n,
      bfree: 100n - used,
      bavail: 100n - used,
    });
    const { target } = await runConfigured(disk, {});
    expect(target.defaultExpectations.every((one) => one.judge(facts).met)).toBe(
      state === 'healthy',
    );
  });
});
