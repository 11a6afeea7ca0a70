// A separate process whose CPU time and memory are measured: `own`, `peer`, `refused` or `held`.
import { get } from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import { systemClock } from '@repo/core/process/clock';
import { certificates } from '@repo/testkit/certificates/certificates';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { NativeEndpoint } from '../../../actions/proxy-retest/src/endpoint/endpoint.ts';
import {
  type AttemptSettings,
  attempt,
} from '../../../actions/proxy-retest/src/endpoint-test/attempt.ts';
import { dispatch } from '../../../actions/proxy-retest/src/endpoint-test/dispatch.ts';
import { createAddressFinder } from '../../../actions/proxy-retest/src/endpoint-test/find-address.ts';
import {
  createTarget,
  type Target,
} from '../../../actions/proxy-retest/src/endpoint-test/target.ts';

const [what = '', count = '', proxyPort = '', targetPort = ''] = process.argv.slice(2);
const { ca } = certificates();
const authorities = [...getCACertificates('default'), ca.cert];
const context = createSecureContext({ ca: authorities });
const signal = new AbortController();
const settings: AttemptSettings = {
  timeouts: { connectMs: 60_000, handshakeMs: 60_000, firstByteMs: 60_000, totalMs: 120_000 },
  findAddress: createAddressFinder({ policy: () => undefined, timeoutMs: 1_000 }),
  context,
  isExpected: (status) => status === 204,
  maxLatencyMs: 60_000,
  signal: signal.signal,
};
const url = new URL(`https://127.0.0.1:${targetPort}/`);
const target: Target = createTarget(url, context);

const TASKS: Readonly<Record<string, (host: string) => Promise<unknown>>> = {
  own: async (host) => {
    const answer = await attempt(endpointOn(host), target, settings);
    if (!answer.ok) throw new Error(answer.failure.message);
  },
  peer: (host) =>
    new Promise<void>((resolve, reject) => {
      const agent = new HttpsProxyAgent(`http://${host}:${proxyPort}`);
      // Node's types do not include the options that are passed to tls.connect.
      const options = { agent, secureContext: context, timeout: 60_000 };
      const request = get(url, options, (response) => {
        response.resume().once('end', () => {
          agent.destroy();
          if (response.statusCode === 204) resolve();
          else reject(new Error(`status ${response.statusCode}`));
        });
      });
      request.once('error', reject);
    }),
  refused: async (host) => {
    const answer = await attempt(endpointOn(host), target, settings);
    if (answer.ok || answer.failure.kind !== 'refused') throw new Error('it was not refused');
  },
};

function endpointOn(host: string): NativeEndpoint {
  return { protocol: 'http', host, port: Number(proxyPort), user: '', password: '' };
}

if (what === 'held') await hold(Number(count));
else await run(TASKS[what] ?? TASKS.own ?? (async () => {}), Number(count));

async function run(task: (host: string) => Promise<unknown>, times: number): Promise<void> {
  const hosts = Array.from({ length: times }, (_, index) => ({
    host: what === 'refused' ? `127.0.${(index >> 8) & 255}.${index & 255 || 1}` : '127.0.0.1',
  }));
  const all = { concurrency: what === 'refused' ? 256 : 32, perHost: 64, rate: 0 };
  const work = async ({ host }: { host: string }) => void (await task(host));
  const warm = { ...all, signal: signal.signal, clock: systemClock };
  await dispatch(hosts.slice(0, 200), work, warm);
  const cpu = process.cpuUsage();
  const start = performance.now();
  await dispatch(hosts, work, warm);
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - start;
  console.log(JSON.stringify({ cpuMs: (user + system) / 1_000 / times, wallMs }));
}

async function hold(times: number): Promise<void> {
  const held: Promise<unknown>[] = [];
  const open = async (more: number) => {
    for (let one = 0; one < more; one++)
      held.push(attempt(endpointOn('127.0.0.1'), target, settings));
    await systemClock.sleep(500);
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { bytes: heapUsed + external, rss };
  };
  const before = await open(500);
  const after = await open(times);
  console.log(
    JSON.stringify({
      bytes: (after.bytes - before.bytes) / times,
      rss: (after.rss - before.rss) / times,
    }),
  );
  signal.abort();
  await Promise.all(held);
}
