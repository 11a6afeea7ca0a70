import { randomBytes } from 'node:crypto';
import type { Exec } from '@repo/core/process/exec';
import { slots } from '@repo/core/process/slots';
import { plain } from '@repo/core/text/untrusted';
import type { EngineEndpoint, NativeEndpoint } from '../endpoint/endpoint.ts';
import type { TestFailure } from '../endpoint-test/failure.ts';
import type { FoundAddress } from '../endpoint-test/find-address.ts';
import { createConfigCheck, EngineFailed, quarantine } from './check.ts';
import type { EngineCapabilities } from './config/capabilities.ts';
import type { ConfigOptions, ConfiguredEndpoint } from './config/engine-config.ts';
import { buildOutbound } from './config/outbound.ts';
import { UnsupportedEndpoint } from './config/outbound-settings.ts';
import type { EngineRoute, EngineSession, SessionOptions } from './engine.ts';
import { explainFailure } from './explain-failure.ts';
import { explainSilence } from './explain-silence.ts';
import { createFailureLog } from './failure-log.ts';
import type { EngineProgram } from './process.ts';
import { supervise } from './supervise.ts';

export interface SessionEngine {
  readonly program: EngineProgram;
  readonly exec: Exec;
  readonly capabilities: EngineCapabilities;
  readonly caFile: string;
}

/** How long to wait for a log line that may not come. */
const LOG_LAG_MS = 150;
/** How long to wait for a log line after a refusal, which is always logged. */
const REFUSAL_LAG_MS = 2_000;

/** Failures that the target proves, regardless of the engine's log. */
const CERTAIN_KINDS: ReadonlySet<TestFailure['kind']> = new Set([
  'bad-status',
  'too-slow',
  'tls-mitm',
  'tampered',
]);

/** Implements {@link Engine.open}. */
export async function openSession(
  { program, exec, capabilities, caFile }: SessionEngine,
  endpoints: readonly EngineEndpoint[],
  options: SessionOptions,
): Promise<EngineSession> {
  const { signal } = options;
  const config: ConfigOptions = {
    capabilities,
    password: randomBytes(16).toString('hex'),
    caFile,
  };
  const failures = new Map<string, TestFailure>();
  const addresses = await resolveAddresses(
    endpoints.map(({ host }) => host),
    options,
  );
  const configured = configureOutbounds(endpoints, addresses, capabilities, options, failures);
  let invalidLines: string | undefined;
  let good: readonly ConfiguredEndpoint[] = [];
  try {
    const checked = await quarantine(configured, config, createConfigCheck(program, exec, signal));
    good = checked.good;
    for (const { configured: one, reason } of checked.bad)
      failures.set(one.tag, invalidConfig(reason));
  } catch (error) {
    if (!(error instanceof EngineFailed)) throw error;
    invalidLines = plain(error.message);
  }

  const log = createFailureLog(() => performance.now());
  const running = supervise(program, good, config, {
    onEvent: log.add,
    onInvalid: ({ tag }, reason) => failures.set(tag, invalidConfig(reason)),
    signal,
  });
  signal.throwIfAborted();

  return {
    route: async (index): Promise<EngineRoute> => {
      const known = failures.get(toTag(index));
      if (known) return { kind: 'unusable', failure: known };
      if (invalidLines !== undefined)
        return { kind: 'unusable', failure: engineFailure(invalidLines) };
      const now = await running.current();
      // The engine may have rejected it during its start.
      const found = failures.get(toTag(index));
      if (found) return { kind: 'unusable', failure: found };
      if (now.kind === 'down') return { kind: 'unusable', failure: engineFailure(now.reason) };
      return { kind: 'ready', via: localProxy(toTag(index), now.port, config.password) };
    },
    explain: async ({ index, via, startedAt, observed, firstAnswerIn }) => {
      if (CERTAIN_KINDS.has(observed.kind)) return observed;
      const refused = observed.phase === 'proxy' && observed.kind !== 'timeout';
      const lag = refused && running.isUp(via.port) ? REFUSAL_LAG_MS : LOG_LAG_MS;
      const text = await log.find(toTag(index), startedAt, lag);
      if (!running.isUp(via.port)) return engineFailure('it exited during the test');
      if (observed.phase === 'tcp') return engineFailure('it does not accept connections');
      const logged = text === undefined ? undefined : explainFailure(text);
      const endpoint = endpoints[index];
      const address = endpoint && addresses.get(endpoint.host);
      if (!endpoint || !address?.ok) return logged ?? observed;
      const unanswered = observed.phase === 'proxy' || observed.phase === firstAnswerIn;
      if (!unanswered) return observed;
      // A closed connection was already observed.
      if (logged && logged.kind !== 'closed') return refineFailure(endpoint, logged);
      const limits = { timeoutMs: options.connectTimeoutMs, signal };
      return explainSilence(endpoint, address.address, logged ?? observed, limits);
    },
    close: running.stop,
  };
}

const toTag = (index: number) => `p${index}`;

function localProxy(tag: string, port: number, password: string): NativeEndpoint {
  return { protocol: 'socks5', host: '127.0.0.1', port, user: tag, password };
}

const invalidConfig = (reason: string): TestFailure => ({
  phase: 'config',
  kind: 'config-invalid',
  message: reason,
});

const engineFailure = (reason: string): TestFailure => ({
  phase: 'engine',
  kind: 'engine',
  message: `the engine failed: ${plain(reason)}`,
});

/** With a wrong reality key, the server presents the certificate of the site that it imitates. */
function refineFailure(endpoint: EngineEndpoint, failure: TestFailure): TestFailure {
  const reality = 'tls' in endpoint && endpoint.tls?.reality !== undefined;
  if (!reality || failure.kind !== 'proxy-certificate') return failure;
  return { phase: 'proxy', kind: 'auth', message: 'its reality key or short id is wrong' };
}

/**
 * Early data is optional for servers. It is disabled because about one in 160 connections with early
 * data never received an answer (measured with sing-box 1.11 and 1.12).
 */
function withoutEarlyData(endpoint: EngineEndpoint): EngineEndpoint {
  if (!('transport' in endpoint) || endpoint.transport.kind !== 'ws') return endpoint;
  return { ...endpoint, transport: { ...endpoint.transport, earlyData: 0 } };
}

/** Builds the outbounds, and adds the failures of endpoints without one. */
function configureOutbounds(
  endpoints: readonly EngineEndpoint[],
  addresses: ReadonlyMap<string, FoundAddress>,
  capabilities: EngineCapabilities,
  options: SessionOptions,
  failures: Map<string, TestFailure>,
): readonly ConfiguredEndpoint[] {
  return endpoints.flatMap((endpoint, index): ConfiguredEndpoint[] => {
    const tag = toTag(index);
    const found = addresses.get(endpoint.host);
    if (!found?.ok) {
      if (found) failures.set(tag, found.failure);
      return [];
    }
    try {
      const settings = { tag, server: found.address, capabilities };
      const { section, json } = buildOutbound(withoutEarlyData(endpoint), settings);
      const bounded = { ...json, connect_timeout: `${options.connectTimeoutMs}ms` };
      return [{ section: { section, json: bounded }, tag }];
    } catch (error) {
      if (!(error instanceof UnsupportedEndpoint)) throw error;
      failures.set(tag, invalidConfig(error.message));
      return [];
    }
  });
}

/** Concurrent DNS lookups. */
const MAX_LOOKUPS = 64;

/** Resolves each host once. Throws the reason of the signal. */
async function resolveAddresses(
  hosts: readonly string[],
  { findAddress, signal }: SessionOptions,
): Promise<ReadonlyMap<string, FoundAddress>> {
  const lanes = slots(MAX_LOOKUPS);
  const entries = [...new Set(hosts)].map(
    async (host) => [host, await lanes.take(async () => findAddress(host, signal))] as const,
  );
  const addresses = new Map(await Promise.all(entries));
  signal.throwIfAborted();
  return addresses;
}
