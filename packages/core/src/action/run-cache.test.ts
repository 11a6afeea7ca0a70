import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCache, startLocalCache } from '@repo/testkit/cache/local-cache';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RunCache, runCache } from './run-cache.ts';

describe('a text in the cache of GitHub Actions', () => {
  let service: LocalCache;
  let workspace: string;
  let cache: RunCache;

  beforeEach(async () => {
    service = await startLocalCache();
    workspace = await mkdtemp(join(tmpdir(), 'cache-test-'));
    for (const [name, value] of Object.entries(service.env)) vi.stubEnv(name, value);
    vi.stubEnv('GITHUB_WORKSPACE', workspace);
    vi.stubEnv('RUNNER_TEMP', join(workspace, '..'));
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com');
    vi.spyOn(process, 'cwd').mockReturnValue(workspace);
    // The library prints.
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    cache = runCache({ name: 'history.ndjson', workspace, signal: AbortSignal.timeout(20_000) });
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await service[Symbol.asyncDispose]();
    await rm(workspace, { recursive: true });
  });

  test('restores the newest entry and leaves no file in the workspace', async () => {
    expect(await cache.restore('history-')).toEqual({ kind: 'nothing' });
    expect(await cache.save('history-1', 'one')).toEqual({ kind: 'saved' });
    expect(await cache.save('history-2', 'two – zwei')).toEqual({ kind: 'saved' });
    expect(await cache.restore('history-')).toEqual({
      kind: 'restored',
      key: 'history-2',
      text: 'two – zwei',
    });
    expect(await cache.restore('other-')).toEqual({ kind: 'nothing' });
    expect(await readdir(workspace)).toEqual([]);
  });

  test('is refused with read-only access, and missing after its deletion', async () => {
    await cache.save('history-1', 'one');
    service.refuseWrites();
    expect(await cache.save('history-2', 'two')).toEqual({ kind: 'refused' });
    service.evict('history-1');
    expect(await cache.restore('history-')).toEqual({ kind: 'nothing' });
  });

  test('reports a missing service without failing', async () => {
    vi.stubEnv('ACTIONS_RESULTS_URL', '');
    expect(await cache.restore('history-')).toMatchObject({ kind: 'unavailable' });
    expect(await cache.save('history-1', 'one')).toMatchObject({ kind: 'unavailable' });
  });

  test('a cancellation takes effect immediately', async () => {
    const cancelled = runCache({
      name: 'a',
      workspace,
      signal: AbortSignal.abort(new Error('stop')),
    });
    await expect(cancelled.restore('a-')).rejects.toThrow('stop');
  });
});
