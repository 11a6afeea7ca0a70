import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { ActionError } from '@repo/core/errors/action-error';
import { type AddressPolicy, allowAny, classifyAddress } from '@repo/probe/address';
import type { Context } from '../context.ts';
import type { NativeEndpoint } from '../endpoint/endpoint.ts';
import type { Inputs } from '../inputs.ts';
import { createProxyJudge, type ProxyJudge } from '../proxy-judge/proxy-judge.ts';
import { type Attempt, type AttemptSettings, attempt } from './attempt.ts';
import type { TestTimeouts } from './connection.ts';
import { createDnsLookup } from './dns-lookup.ts';
import { createAddressFinder, type FindAddress } from './find-address.ts';
import { createTarget, type Target } from './target.ts';
import { createTargetMonitor, type TargetMonitor, withoutMonitoring } from './target-monitor.ts';

/** Sends requests through proxies; created once per run. */
export interface Tester {
  readonly monitor: TargetMonitor;
  /** Resolves a host of the list to the address that may be dialled. */
  readonly findAddress: FindAddress;
  /** Requests the target through a proxy of the list; attempts are counted from 0. */
  readonly request: (proxy: NativeEndpoint, target: Target, attempt: number) => Promise<Attempt>;
  /** Requests the target through the engine, which listens on the loopback interface. */
  readonly requestThroughEngine: Tester['request'];
  /** `undefined` without `judge-url`. */
  readonly judge: ProxyJudge | undefined;
}

/** A lookup may wait for thousands of others; it has its own timeout once it starts. */
const MAX_LOOKUP_MS = 600_000;

/** Throws an ActionError when `ca-file` cannot be used. */
export async function createTester(context: Context, signal: AbortSignal): Promise<Tester> {
  const { inputs, workspace, clock } = context;
  const tlsContext = await createTlsContext(inputs.caFile, workspace);
  const targets = inputs.targets.map((url) => createTarget(url, tlsContext));
  const findAddress = createAddressFinder({
    policy: inputs.allowPrivate ? allowAny : allowPublic,
    timeoutMs: MAX_LOOKUP_MS,
    lookup: createDnsLookup({ timeoutMs: inputs.connectTimeout }),
  });
  // Targets and the engine are chosen by the user, not by the list.
  const findTrustedAddress = createAddressFinder({
    policy: allowAny,
    timeoutMs: inputs.connectTimeout,
  });
  const settings = (
    timeouts: TestTimeouts,
    find: FindAddress,
    attemptSignal = signal,
  ): AttemptSettings => ({
    timeouts,
    findAddress: find,
    context: tlsContext,
    isExpected: (status) =>
      inputs.expectStatus.some(({ from, to }) => status >= from && status <= to),
    maxLatencyMs: inputs.maxLatency,
    signal: attemptSignal,
  });
  const requestDirectly = (target: Target, attemptSignal = signal) =>
    attempt(
      'direct',
      target,
      settings(selectTimeouts(inputs, 0), findTrustedAddress, attemptSignal),
    );
  const isAvailable = async (target: Target, attemptSignal: AbortSignal) =>
    (await requestDirectly(target, attemptSignal)).ok;
  return {
    monitor: inputs.checkTargets
      ? createTargetMonitor(targets, isAvailable, clock)
      : withoutMonitoring(targets),
    findAddress,
    request: (proxy, target, number) =>
      attempt(proxy, target, settings(selectTimeouts(inputs, number), findAddress)),
    requestThroughEngine: (proxy, target, number) =>
      attempt(proxy, target, settings(selectEngineTimeouts(inputs, number), findTrustedAddress)),
    judge:
      inputs.judgeUrl &&
      (await createProxyJudge(createTarget(inputs.judgeUrl, tlsContext), requestDirectly)),
  };
}

/** Private addresses are rejected: a list must not reach the internal network. */
const allowPublic: AddressPolicy = (address) => {
  const kind = classifyAddress(address);
  return kind === 'public' ? undefined : `its address is not public (${kind})`;
};

function selectTimeouts(inputs: Inputs, attempt: number): TestTimeouts {
  const { timeouts } = inputs;
  return {
    connectMs: inputs.connectTimeout,
    handshakeMs: inputs.handshakeTimeout,
    firstByteMs: inputs.firstByteTimeout,
    totalMs: timeouts[Math.min(attempt, timeouts.length - 1)] ?? inputs.totalTimeout,
  };
}

/** Before the engine answers, it connects to the proxy server and completes a handshake. */
function selectEngineTimeouts(inputs: Inputs, attempt: number): TestTimeouts {
  return {
    ...selectTimeouts(inputs, attempt),
    handshakeMs: inputs.connectTimeout + inputs.handshakeTimeout,
  };
}

async function createTlsContext(caFile: string, workspace: string): Promise<SecureContext> {
  if (caFile === '') return createSecureContext();
  try {
    const certificates = await readFile(resolve(workspace, caFile), 'utf8');
    if (!certificates.includes('-----BEGIN CERTIFICATE-----')) {
      throw new Error('it does not contain a certificate');
    }
    return createSecureContext({ ca: [...getCACertificates('default'), certificates] });
  } catch (cause) {
    throw new ActionError(`cannot use ca-file ${caFile}`, {
      remedy: 'Set it to the path of a file with PEM certificates.',
      cause,
    });
  }
}
