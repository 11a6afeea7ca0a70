import { randomBytes } from 'node:crypto';
import type { Exec } from '@repo/core/process/exec';
import { plain } from '@repo/core/text/untrusted';
import type { EngineEndpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import type { TestFailure } from '../test/failure.ts';
import type { FoundAddress } from '../test/find-address.ts';
import { addressesOf } from './addresses.ts';
import { checkWith, EngineBroken, quarantine } from './check.ts';
import type { Carried, ConfigOptions } from './config/engine-config.ts';
import type { Generation } from './config/generation.ts';
import { outboundOf } from './config/outbound.ts';
import { CannotCarry } from './config/place.ts';
import type { EngineRoute, EngineSession, SessionOptions } from './engine.ts';
import { explainFailure } from './explain-failure.ts';
import { explainSilence } from './explain-silence.ts';
import { failureLog } from './failure-log.ts';
import type { EngineProgram } from './process.ts';
import { supervise } from './supervise.ts';

export interface SessionEngine {
  readonly program: EngineProgram;
  readonly exec: Exec;
  readonly generation: Generation;
  readonly caFile: string;
}

/** How long the engine's log may lag behind, ms: where it may have nothing to say … */
const LOG_LAG_MS = 150;
/** … and where it has refused, and always says why. */
const REFUSAL_LAG_MS = 2_000;

const FACTS: ReadonlySet<TestFailure['kind']> = new Set([
  'bad-status',
  'too-slow',
  'tls-mitm',
  'tampered',
]);

/** Opens a session as {@link Engine.open} promises. */
export async function openSession(
  { program, exec, generation, caFile }: SessionEngine,
  endpoints: readonly EngineEndpoint[],
  options: SessionOptions,
): Promise<EngineSession> {
  const { signal } = options;
  const config: ConfigOptions = {
    generation,
    password: randomBytes(16).toString('hex'),
    caFile,
  };
  const failures = new Map<string, TestFailure>();
  const addresses = await addressesOf(
    endpoints.map(({ host }) => host),
    options,
  );
  const carried = carry(endpoints, addresses, generation, options, failures);
  let broken: string | undefined;
  let good: readonly Carried[] = [];
  try {
    const sorted = await quarantine(carried, config, checkWith(program, exec, signal));
    good = sorted.good;
    for (const { carried: one, why } of sorted.bad) failures.set(one.tag, unfit(why));
  } catch (error) {
    if (!(error instanceof EngineBroken)) throw error;
    broken = plain(error.message);
  }

  const log = failureLog(() => performance.now());
  const running = supervise(program, good, config, {
    onEvent: log.take,
    onUnfit: ({ tag }, why) => failures.set(tag, unfit(why)),
    signal,
  });
  signal.throwIfAborted();

  return {
    route: async (index): Promise<EngineRoute> => {
      const known = failures.get(tagOf(index));
      if (known) return { kind: 'unusable', failure: known };
      if (broken !== undefined) return { kind: 'unusable', failure: ofTheEngine(broken) };
      const now = await running.current();
      // It may have been found unfit while the engine started.
      const found = failures.get(tagOf(index));
      if (found) return { kind: 'unusable', failure: found };
      if (now.kind === 'down') return { kind: 'unusable', failure: ofTheEngine(now.why) };
      return { kind: 'ready', via: doorOf(tagOf(index), now.port, config.password) };
    },
    explain: async ({ index, via, startedAt, seen, firstAnswerIn }) => {
      // What has come through the proxy is a fact, whatever the engine says afterwards.
      if (FACTS.has(seen.kind)) return seen;
      const refused = seen.phase === 'proxy' && seen.kind !== 'timeout';
      const lag = refused && running.isUp(via.port) ? REFUSAL_LAG_MS : LOG_LAG_MS;
      const text = await log.of(tagOf(index), startedAt, lag);
      if (!running.isUp(via.port)) return ofTheEngine('it ended during the test');
      if (seen.phase === 'tcp') return ofTheEngine('it takes no connection');
      const told = text === undefined ? undefined : explainFailure(text);
      const endpoint = endpoints[index];
      const address = endpoint && addresses.get(endpoint.host);
      if (!endpoint || !address?.ok) return told ?? seen;
      const unanswered = seen.phase === 'proxy' || seen.phase === firstAnswerIn;
      if (!unanswered) return seen;
      // That it was closed, our own socket saw too.
      if (told && told.kind !== 'closed') return inTheLightOf(endpoint, told);
      const limits = { timeoutMs: options.connectTimeoutMs, signal };
      return explainSilence(endpoint, address.address, told ?? seen, limits);
    },
    close: running.stop,
  };
}

const tagOf = (index: number) => `p${index}`;

function doorOf(tag: string, port: number, password: string): NativeEndpoint {
  return { protocol: 'socks5', host: '127.0.0.1', port, user: tag, password };
}

const unfit = (why: string): TestFailure => ({
  phase: 'config',
  kind: 'config-invalid',
  message: why,
});

const ofTheEngine = (why: string): TestFailure => ({
  phase: 'engine',
  kind: 'engine',
  message: `the engine failed: ${plain(why)}`,
});

/** Who does not prove to be the server of a reality key shows the certificate of its disguise. */
function inTheLightOf(endpoint: EngineEndpoint, failure: TestFailure): TestFailure {
  const reality = 'tls' in endpoint && endpoint.tls?.reality !== undefined;
  if (!reality || failure.kind !== 'proxy-certificate') return failure;
  return { phase: 'proxy', kind: 'auth', message: 'its reality key or short id is wrong' };
}

/**
 * Early data saves its users a round trip, and no server insists on it. We do without: of the
 * connections with it, about one in 160 never got an answer (sing-box 1.11 and 1.12, measured).
 */
function withoutEarlyData(endpoint: EngineEndpoint): EngineEndpoint {
  if (!('transport' in endpoint) || endpoint.transport.kind !== 'ws') return endpoint;
  return { ...endpoint, transport: { ...endpoint.transport, earlyData: 0 } };
}

/** The outbounds of those that may be dialled and can be carried; the reasons of the others. */
function carry(
  endpoints: readonly EngineEndpoint[],
  addresses: ReadonlyMap<string, FoundAddress>,
  generation: Generation,
  options: SessionOptions,
  failures: Map<string, TestFailure>,
): readonly Carried[] {
  return endpoints.flatMap((endpoint, index): Carried[] => {
    const tag = tagOf(index);
    const found = addresses.get(endpoint.host);
    if (!found?.ok) {
      if (found) failures.set(tag, found.failure);
      return [];
    }
    try {
      const place = { tag, server: found.address, generation };
      const { section, json } = outboundOf(withoutEarlyData(endpoint), place);
      const bounded = { ...json, connect_timeout: `${options.connectTimeoutMs}ms` };
      return [{ section: { section, json: bounded }, tag }];
    } catch (error) {
      if (!(error instanceof CannotCarry)) throw error;
      failures.set(tag, unfit(error.message));
      return [];
    }
  });
}
