import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeEngine, fakeEngine } from '../testing/fake-engine.ts';
import type { ConfiguredEndpoint } from './config/engine-config.ts';
import { type Supervised, supervise } from './supervise.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supervise-'));
});
afterEach(() => rm(folder, { recursive: true }));

const CONFIG = { capabilities: { minor: 14, tags: new Set<string>() }, password: 'x', caFile: '' };
const configured: readonly ConfiguredEndpoint[] = ['p0', 'p1'].map((tag) => ({
  tag,
  section: { section: 'outbounds', json: { type: 'trojan', tag } },
}));

async function supervised(
  behaviour: FakeEngine,
  {
    signal = new AbortController().signal,
    environment = {},
  }: { readonly signal?: AbortSignal; readonly environment?: Record<string, string> } = {},
): Promise<{ readonly running: Supervised; readonly invalidConfig: string[] }> {
  const path = join(folder, 'engine');
  await writeFile(path, fakeEngine(behaviour));
  await chmod(path, 0o755);
  const invalidConfig: string[] = [];
  const running = supervise({ path, environment }, configured, CONFIG, {
    onEvent: () => {},
    onInvalid: ({ tag }) => invalidConfig.push(tag),
    signal,
  });
  return { running, invalidConfig };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  const open = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return open;
}

async function portOf(running: Supervised): Promise<number> {
  const now = await running.current();
  if (now.kind === 'down') throw new Error(now.reason);
  return now.port;
}

describe('supervise', () => {
  it('runs until it is stopped', async () => {
    const { running } = await supervised({});
    const port = await portOf(running);
    expect(running.isUp(port)).toBe(true);
    expect(await listens(port)).toBe(true);
    await running.stop();
    expect(running.isUp(port)).toBe(false);
    expect(await listens(port)).toBe(false);
    await running.stop();
  });

  it('stops with the signal', async () => {
    for (const hangs of [false, true]) {
      const abort = new AbortController();
      const { running } = await supervised({ hangs }, { signal: abort.signal });
      const port = hangs ? 0 : await portOf(running);
      abort.abort(new Error('cancelled'));
      await running.stop();
      expect(running.isUp(port)).toBe(false);
      if (!hangs) expect(await listens(port)).toBe(false);
    }
  });

  it('passes only the given environment', async () => {
    const recordTo = join(folder, 'environment');
    const { running } = await supervised(
      { recordTo },
      { environment: { RUNNER_TRACKING_ID: 'a' } },
    );
    await portOf(running);
    await running.stop();
    const { environment } = JSON.parse((await readFile(recordTo, 'utf8')).trim());
    expect(environment).toEqual({ RUNNER_TRACKING_ID: 'a' });
  });

  it('removes endpoints that prevent the start', async () => {
    const { running, invalidConfig } = await supervised({ refusesAtStart: 'p1' });
    await portOf(running);
    expect(invalidConfig).toEqual(['p1']);
    await running.stop();
  });

  it('restarts it three times after a crash', async () => {
    const recordTo = join(folder, 'starts');
    const { running } = await supervised({ crashesAfterMs: 1, recordTo });
    await expect
      .poll(() => running.current(), { timeout: 20_000 })
      .toMatchObject({ kind: 'down', reason: 'it crashed 4 times' });
    expect((await readFile(recordTo, 'utf8')).trim().split('\n')).toHaveLength(4);
    await running.stop();
  });

  it('does not start without endpoints', async () => {
    const running = supervise({ path: '/nowhere', environment: {} }, [], CONFIG, {
      onEvent: () => {},
      onInvalid: () => {},
      signal: new AbortController().signal,
    });
    expect(await running.current()).toMatchObject({ kind: 'down' });
    await running.stop();
  });
});
