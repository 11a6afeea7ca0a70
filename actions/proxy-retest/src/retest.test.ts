import { readdirSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { systemClock } from '@repo/core/process/clock';
import { allowAny } from '@repo/probe/address';
import { startProxy } from '@repo/testkit/proxies/proxy-server';
import { describe, expect, test } from 'vitest';
import type { NativeEndpoint } from './endpoint/endpoint.ts';
import type { Finding } from './history/history.ts';
import { type RetestSettings, retest } from './retest.ts';
import type { Entry } from './survey.ts';
import { attempt } from './test/attempt.ts';
import { control, noControl } from './test/control.ts';
import { dispatch } from './test/dispatch.ts';
import { addressFinder } from './test/find-address.ts';
import { targetOf } from './test/target.ts';

const context = createSecureContext();
const targets = ['https://127.0.0.1:1/a', 'https://127.0.0.1:1/b'].map((url) =>
  targetOf(new URL(url), context),
);

function entry(index: number, host = `host-${index}`): Entry {
  const id = index.toString(16).padStart(64, '0');
  return { id, host, protocol: 'http', start: index, end: index, published: {} };
}

function settings(changes: Partial<RetestSettings>): RetestSettings {
  return {
    concurrency: 64,
    perHost: 2,
    rate: 0,
    attempts: 2,
    signal: new AbortController().signal,
    clock: systemClock,
    control: noControl(targets),
    ask: async () => ({ ok: true, ms: 1, address: '', body: '' }),
    endpointOf: async () => endpoint(1),
    examine: async (_endpoint, _entry, finding) => finding,
    done: () => {},
    record: () => {},
    turn: () => 0,
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
  '5,000 endpoints that hang leave no descriptor behind',
  async () => {
    await using hung = await startProxy({ protocol: 'http', fault: { kind: 'hang' } });
    const findings: Finding[] = [];
    const timeouts = { connect: 5_000, handshake: 20, firstByte: 20, total: 5_000 };
    const findAddress = addressFinder({ policy: allowAny, timeoutMs: 1_000 });
    const before = openFiles();
    const { signal } = new AbortController();
    await retest(
      Array.from({ length: 5_000 }, (_, index) => entry(index)),
      settings({
        concurrency: 250,
        attempts: 1,
        endpointOf: async () => endpoint(hung.port),
        ask: (proxy, _entry, target) =>
          attempt(proxy as NativeEndpoint, target, {
            timeouts,
            findAddress,
            context,
            isExpected: () => true,
            maxLatency: 5_000,
            signal,
          }),
        record: (_entry, finding) => findings.push(finding),
      }),
    );
    expect(findings).toHaveLength(5_000);
    expect(new Set(findings.map(({ state }) => state))).toEqual(new Set(['failed']));
    // The server's ends are in this process too, and close a moment later.
    await expect.poll(openFiles, { timeout: 5_000 }).toBeLessThanOrEqual(before);
  },
  60_000,
);

describe('dispatching', () => {
  test('keeps to the limit of a host and lets others pass', async () => {
    const busy = new Map<string, number>();
    let most = 0;
    let active = 0;
    let mostActive = 0;
    const jobs = Array.from({ length: 300 }, (_, index) => entry(index, `host-${index % 7}`));
    const done: Entry[] = [];
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

  test('begins no more than the rate allows', async () => {
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

  test('begins nothing after the abort, and waits for what it began', async () => {
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

describe('failures are judged by the targets', () => {
  const refused = { phase: 'tcp', kind: 'refused', message: 'refused' } as const;

  async function findingWith(answers: (asked: number, path: string) => boolean) {
    let asked = 0;
    const watched = control(
      targets,
      async ({ url }) => answers(asked++ >> 1, url.pathname),
      systemClock,
    );
    await watched.check(new AbortController().signal);
    const findings: Finding[] = [];
    await retest(
      [entry(1)],
      settings({
        control: watched,
        ask: async () => ({ ok: false, failure: refused }),
        record: (_entry, finding) => findings.push(finding),
      }),
    );
    return findings;
  }

  test('which answer before and after: it failed on both', async () => {
    const hrefs = targets.map(({ url }) => url.href);
    expect(await findingWith(() => true)).toMatchObject([{ state: 'failed', targets: hrefs }]);
  });

  test('which went down in the meantime: nothing is said', async () => {
    expect(await findingWith((check) => check === 0)).toMatchObject([{ state: 'void' }]);
  });

  test('of which one went down: it failed on the other alone', async () => {
    const found = await findingWith((check, path) => check === 0 || path === '/b');
    expect(found).toMatchObject([{ state: 'failed', targets: ['https://127.0.0.1:1/b'] }]);
  });
});
