import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext, getCACertificates } from 'node:tls';
import type { ActionContext } from '@repo/core/action/context';
import { ActionError } from '@repo/core/errors/action-error';
import { type AddressPolicy, allowAny, classifyAddress } from '@repo/probe/address';
import type { NativeEndpoint } from './endpoint/endpoint.ts';
import type { Inputs } from './inputs.ts';
import { type Examine, examiner } from './judge/ask-judge.ts';
import { type Attempt, type AttemptSettings, attempt } from './test/attempt.ts';
import { type Control, control, noControl } from './test/control.ts';
import { addressFinder, type FindAddress } from './test/find-address.ts';
import { manyNames } from './test/many-names.ts';
import { type Target, targetOf } from './test/target.ts';
import type { TestTimeouts } from './test/wire.ts';

/** What tests with our own sockets, set up once a run. */
export interface Tester {
  readonly targets: readonly Target[];
  readonly control: Control;
  /** Where a host of the list may be dialled. */
  readonly findAddress: FindAddress;
  /**
   * @param attempt its number, from 0
   * @param isLocal the proxy is an engine of ours on the loopback
   */
  readonly ask: (
    proxy: NativeEndpoint,
    target: Target,
    attempt: number,
    isLocal?: boolean,
  ) => Promise<Attempt>;
  /** The user's judge, and how proxies are looked at by it; `undefined` without one. */
  readonly judge: Judge | undefined;
}

export interface Judge {
  /** The judge, asked with these headers. */
  readonly page: (headers: Readonly<Record<string, string>>) => Target;
  /** `undefined`: it does not answer as a judge should. */
  readonly examine: Examine | undefined;
}

/** A judge has a few hundred bytes to say. */
const MOST_JUDGE_BYTES = 65_536;

/** A look-up with its wait for a turn, among thousands. */
const LONGEST_LOOKUP_MS = 600_000;

/** Throws an ActionError when `ca-file` cannot be read. */
export async function testerOf(
  inputs: Inputs,
  { workspace, clock }: ActionContext,
  signal: AbortSignal,
): Promise<Tester> {
  const context = await contextOf(inputs.caFile, workspace);
  const targets = inputs.targets.map((url) => targetOf(url, context));
  const policy = inputs.allowPrivate ? allowAny : publicOnly;
  const lookup = manyNames({ timeoutMs: inputs.connectTimeout });
  // Who waits for its turn has not been asked yet: the look-up has time limits of its own.
  const finder = addressFinder({ policy, timeoutMs: LONGEST_LOOKUP_MS, lookup });
  // Targets, and our own engine, are not the list's: nobody else chose them.
  const trusting = addressFinder({ policy: allowAny, timeoutMs: inputs.connectTimeout });
  const isExpected = (status: number) =>
    inputs.expectStatus.some(({ from, to }) => status >= from && status <= to);
  const settings = (
    number: number,
    findAddress: FindAddress,
    isLocal = false,
  ): AttemptSettings => ({
    timeouts: timeoutsOf(inputs, number, isLocal),
    findAddress,
    context,
    isExpected,
    maxLatency: inputs.maxLatency,
    signal,
  });
  const ask: Tester['ask'] = (proxy, target, number, isLocal = false) =>
    attempt(proxy, target, settings(number, isLocal ? trusting : finder, isLocal));
  const askDirectly = async (target: Target, stop: AbortSignal) => {
    const answer = await attempt('direct', target, { ...settings(0, trusting), signal: stop });
    return answer.ok;
  };
  const judgeOf = async (url: URL): Promise<Judge> => {
    const target = targetOf(url, context);
    const page: Judge['page'] = (headers) => ({
      ...target,
      page: { headers, maxBytes: MOST_JUDGE_BYTES },
    });
    const examine = await examiner((headers) =>
      attempt('direct', page(headers), settings(0, trusting)),
    );
    return { page, examine };
  };
  return {
    targets,
    judge: inputs.judgeUrl && (await judgeOf(inputs.judgeUrl)),
    control: inputs.control ? control(targets, askDirectly, clock) : noControl(targets),
    findAddress: finder,
    ask,
  };
}

/** Everything that is not in the public Internet is refused: a list must not steer us inside. */
const publicOnly: AddressPolicy = (address) => {
  const found = classifyAddress(address);
  return found === 'public' ? undefined : `its address is not public (${found})`;
};

function timeoutsOf(inputs: Inputs, attempt: number, isLocal: boolean): TestTimeouts {
  const { timeouts, connectTimeout, handshakeTimeout } = inputs;
  return {
    connect: connectTimeout,
    // Before its answer, the engine connects to the proxy's server and shakes hands with it.
    handshake: isLocal ? connectTimeout + handshakeTimeout : handshakeTimeout,
    firstByte: inputs.firstByteTimeout,
    total: timeouts[Math.min(attempt, timeouts.length - 1)] ?? inputs.totalTimeout,
  };
}

async function contextOf(caFile: string, workspace: string) {
  if (caFile === '') return createSecureContext();
  try {
    const own = await readFile(resolve(workspace, caFile), 'utf8');
    if (!own.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate');
    return createSecureContext({ ca: [...getCACertificates('default'), own] });
  } catch (cause) {
    throw new ActionError(`cannot use ca-file ${caFile}`, {
      remedy: 'Give the path of certificates in PEM.',
      cause,
    });
  }
}
