import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '@repo/core/process/exec';
import { startTcpServer } from '@repo/testkit/faults/tcp-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Trojan } from '../endpoint/endpoint.ts';
import type { TestFailure } from '../endpoint-test/failure.ts';
import { type FakeEngine, fakeEngine } from '../testing/fake-engine.ts';
import type { EngineSession } from './engine.ts';
import { createSingBox } from './sing-box.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'session-'));
});
afterEach(() => rm(folder, { recursive: true }));

const trojan = (host: string, port: number): Trojan => ({
  protocol: 'trojan',
  host,
  port,
  password: 'secret',
  tls: undefined,
  transport: { kind: 'tcp' },
});

async function opened(
  endpoints: readonly Trojan[],
  behaviour: FakeEngine = {},
): Promise<EngineSession> {
  const path = join(folder, 'engine');
  await writeFile(path, fakeEngine(behaviour));
  await chmod(path, 0o755);
  const { signal } = new AbortController();
  const engine = await createSingBox({ path, environment: {} }, { exec, caFile: '', signal });
  return engine.open(endpoints, {
    findAddress: (host) =>
      host === 'inside.example'
        ? { ok: false, failure: { phase: 'dns', kind: 'address-refused', message: 'not public' } }
        : { ok: true, address: '127.0.0.1' },
    connectTimeoutMs: 2_000,
    signal,
  });
}

async function explained(
  session: EngineSession,
  observed: TestFailure,
  firstAnswerIn: 'tls' | 'first-byte' = 'tls',
): Promise<TestFailure> {
  const route = await session.route(0);
  if (route.kind !== 'ready') throw new Error(route.failure.message);
  return session.explain({ index: 0, via: route.via, startedAt: 0, observed, firstAnswerIn });
}

describe('openSession', () => {
  it('has a local proxy for each endpoint that may be dialled', async () => {
    const session = await opened([trojan('a.example', 1), trojan('inside.example', 1)]);
    try {
      expect(await session.route(0)).toMatchObject({
        kind: 'ready',
        via: { protocol: 'socks5', host: '127.0.0.1', user: 'p0' },
      });
      expect(await session.route(1)).toMatchObject({
        kind: 'unusable',
        failure: { phase: 'dns', kind: 'address-refused' },
      });
    } finally {
      await session.close();
    }
  });

  it('is inconclusive for all endpoints when the engine does not run', async () => {
    const session = await opened([trojan('a.example', 1)], { refuses: true });
    expect(await session.route(0)).toMatchObject({
      kind: 'unusable',
      failure: { kind: 'engine', message: expect.stringContaining('rejects the base config') },
    });
    await session.close();
  });

  const timeout: TestFailure = { phase: 'tls', kind: 'timeout', message: 'not in time' };
  const closed: TestFailure = { phase: 'tls', kind: 'closed', message: 'closed' };

  it('detects a closed port without an error of the engine', async () => {
    const session = await opened([trojan('a.example', await closedPort())]);
    expect(await explained(session, timeout)).toMatchObject({ phase: 'tcp', kind: 'refused' });
    await session.close();
  });

  it('explains timeouts and closed connections', async () => {
    await using server = await startTcpServer({ script: () => {} });
    const session = await opened([trojan('a.example', server.port)]);
    expect(await explained(session, timeout)).toMatchObject({
      phase: 'proxy',
      kind: 'timeout',
    });
    expect(await explained(session, closed)).toMatchObject({
      phase: 'proxy',
      kind: 'proxy-refused',
    });
    await session.close();
  });

  it('keeps failures after the first answer', async () => {
    const session = await opened([trojan('a.example', await closedPort())]);
    const late: TestFailure = { phase: 'first-byte', kind: 'timeout', message: 'not in time' };
    expect(await explained(session, late)).toBe(late);
    expect(await explained(session, late, 'first-byte')).toMatchObject({ phase: 'tcp' });
    const door: TestFailure = { phase: 'tcp', kind: 'timeout', message: 'not in time' };
    expect(await explained(session, door)).toMatchObject({ kind: 'engine' });
    const status: TestFailure = { phase: 'first-byte', kind: 'bad-status', message: 'status 403' };
    expect(await explained(session, status)).toBe(status);
    await session.close();
  });

  it('reports an exited engine', async () => {
    const session = await opened([trojan('a.example', 1)]);
    const route = await session.route(0);
    await session.close();
    if (route.kind !== 'ready') throw new Error(route.failure.message);
    const attempt = { index: 0, via: route.via, startedAt: 0, firstAnswerIn: 'tls' } as const;
    expect(await session.explain({ ...attempt, observed: closed })).toMatchObject({
      kind: 'engine',
    });
  });
});
