import { readdirSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { systemClock } from '@repo/core/process/clock';
import { allowAny } from '@repo/probe/address';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { describe, expect, test } from 'vitest';
import type { NativeEndpoint } from '../endpoint/endpoint.ts';
import type { TestResult } from '../history/history.ts';
import type { ListEntry } from '../list/list.ts';
import { attempt } from './attempt.ts';
import { dispatch } from './dispatch.ts';
import { type TestRunSettings, testEndpoints } from './endpoint-test.ts';
import { createAddressFinder } from './find-address.ts';
import { createTarget } from './target.ts';
import { createTargetMonitor, withoutMonitoring } from './target-monitor.ts';

const context = createSecureContext();
const targets = ['https://127.0.0.1:1/a', 'https://127.0.0.1:1/b'].map((url) =>
  createTarget(new URL(url), context),
);

function entry(index: number, host = `host-${index}`): ListEntry {
  const id = index.toString(16).padStart(64, '0');
  return { id, host, protocol: 'http', start: index, end: index, published: {} };
}

function settings(changes: Partial<TestRunSettings>): TestRunSettings {
  return {
    concurrency: 64,
    perHost: 2,
    rate: 0,
    attempts: 2,
    signal: new AbortController().signal,
    clock: systemClock,
    monitor: withoutMonitoring(targets),
    request: async () => ({ ok: true, latencyMs: 1, address: '', body: '' }),
    readEndpoint: async () => endpoint(1),
    judge: undefined,
    release: () => {},
    onResult: () => {},
    selectFirstTarget: () => 0,
    log: { info: () => {}, debug: () => {}, group: (_title, work) => work() },
    lastCheckMs: 500,
    ...changes,
  };
}

function endpoint(port: number): NativeEndpoint {
  return { protocol: 'http', host: '127.0.0.1', port, user: '', password: '' };
}

/** Sockets of this process that are open. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

test.runIf(process.platform === 'linux')(
  '5,000 endpoints that hang leave no file descriptor open',
  async () => {
    await using hung = await startProxy({ protocol: 'http', fault: { kind: 'hang' } });
    const results: TestResult[] = [];
    const timeouts = { connectMs: 5_000, handshakeMs: 20, firstByteMs: 20, totalMs: 5_000 };
    const findAddress = createAddressFinder({ policy: allowAny, timeoutMs: 1_000 });
    const before = openFiles();
    const { signal } = new AbortController();
    await testEndpoints(
      Array.from({ length: 5_000 }, (_, index) => entry(index)),
      settings({
        concurrency: 250,
        attempts: 1,
        readEndpoint: async () => endpoint(hung.port),
        request: (proxy, _entry, target) =>
          attempt(proxy as NativeEndpoint, target, {
            timeouts,
            findAddress,
            context,
            isExpected: () => true,
            maxLatencyMs: 5_000,
            signal,
          }),
        onResult: (_entry, result) => results.push(result),
      }),
    );
    expect(results).toHaveLength(5_000);
    expect(new Set(results.map(({ state }) => state))).toEqual(new Set(['failed']));
    // The server's ends are in this process too, and close a moment later.
    await expect.poll(openFiles, { timeout: 5_000 }).toBeLessThanOrEqual(before);
  },
  60_000,
);

describe('dispatch', () => {
  test('respects the limit per host and lets other hosts pass', async () => {
    const busy = new Map<string, number>();
    let most = 0;
    let active = 0;
    let mostActive = 0;
    const jobs = Array.from({ length: 300 }, (_, index) => entry(index, `host-${index % 7}`));
    const done: ListEntry[] = [];
    await dispatch(
      jobs,
      async (job) => {
        busy.set(job.host, (busy.get(job.host) ?? 0) + 1);
        most = Math.max(most, busy.get(job.host) ?? 0);
        mostActive = Math.max(mostActive, ++active);
        await new Promise((resolve) => setImmediate(resolve));
        active--;
        busy.set(job.host, (busy.get(job.host) ?? 0) - 1);
        done.push(job);
      },
      settings({ concurrency: 10, perHost: 2 }),
    );
    expect(new Set(done)).toEqual(new Set(jobs));
    expect(most).toBe(2);
    expect(mostActive).toBeLessThanOrEqual(10);
    expect(mostActive).toBeGreaterThan(5);
  });

  test('respects the rate', async () => {
    let now = 0;
    const clock = {
      now: () => now,
      monotonic: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    };
    const begun: number[] = [];
    await dispatch(
      Array.from({ length: 20 }, (_, index) => entry(index)),
      async () => void begun.push(now),
      settings({ rate: 10, clock }),
    );
    expect(begun).toHaveLength(20);
    expect(begun.at(-1)).toBeGreaterThanOrEqual(1_800);
  });

  test('starts no job after an abort and waits for the running ones', async () => {
    const stop = new AbortController();
    let ended = 0;
    await dispatch(
      Array.from({ length: 100 }, (_, index) => entry(index)),
      async () => {
        stop.abort();
        await new Promise((resolve) => setImmediate(resolve));
        ended++;
      },
      settings({ concurrency: 5, signal: stop.signal }),
    );
    expect(ended).toBe(1);
  });
});

describe('a failure', () => {
  const refused = { phase: 'tcp', kind: 'refused', message: 'refused' } as const;

  async function resultsWith(answers: (requests: number, path: string) => boolean) {
    let requests = 0;
    const monitor = createTargetMonitor(
      targets,
      async ({ url }) => answers(requests++ >> 1, url.pathname),
      systemClock,
    );
    await monitor.check(new AbortController().signal);
    const results: TestResult[] = [];
    await testEndpoints(
      [entry(1)],
      settings({
        monitor,
        request: async () => ({ ok: false, failure: refused }),
        onResult: (_entry, result) => results.push(result),
      }),
    );
    return results;
  }

  test('counts when the targets answer before and after', async () => {
    const hrefs = targets.map(({ url }) => url.href);
    expect(await resultsWith(() => true)).toMatchObject([{ state: 'failed', targets: hrefs }]);
  });

  test('is inconclusive when the targets went down', async () => {
    expect(await resultsWith((check) => check === 0)).toMatchObject([{ state: 'inconclusive' }]);
  });

  test('counts only for the target that stayed up', async () => {
    const found = await resultsWith((check, path) => check === 0 || path === '/b');
    expect(found).toMatchObject([{ state: 'failed', targets: ['https://127.0.0.1:1/b'] }]);
  });
});
