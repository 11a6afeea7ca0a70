import type { Exec } from '@repo/core/process/exec';
import { slots } from '@repo/core/process/slots';
import { plain } from '@repo/core/text/untrusted';
import {
  type ConfigOptions,
  type ConfiguredEndpoint,
  engineConfig,
} from './config/engine-config.ts';
import type { Json } from './config/outbound-settings.ts';
import type { EngineProgram } from './process.ts';

/** Whether the engine accepts a configuration; `reason` is untrusted. */
type CheckResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * Checks whether the engine accepts a configuration. Throws {@link EngineFailed} when the check itself
 * fails, and the reason of the signal.
 */
export type CheckConfig = (config: Json) => Promise<CheckResult>;

/** The engine itself failed; the endpoints are not to blame. */
export class EngineFailed extends Error {
  override readonly name = 'EngineFailed';
}

const CHECK_TIMEOUT_MS = 30_000;

export function createConfigCheck(
  { path, environment }: EngineProgram,
  exec: Exec,
  signal: AbortSignal,
): CheckConfig {
  return async (config) => {
    const done = await exec({
      argv: [path, '--disable-color', 'check', '-c', 'stdin'],
      env: environment,
      withhold: () => true,
      stdin: JSON.stringify(config),
      timeoutMs: CHECK_TIMEOUT_MS,
      signal,
    });
    signal.throwIfAborted();
    if (done.state === 'not-started') throw new EngineFailed(done.reason);
    if (done.state === 'timeout')
      throw new EngineFailed(
        `the check of its configuration timed out after ${CHECK_TIMEOUT_MS} ms`,
      );
    if (done.state === 'exited' && done.exitCode === 0) return { ok: true };
    const fatal = /^FATAL\[\d+\] (.*)$/m.exec(done.stderr)?.[1];
    // It crashed on one of the endpoints; bisection finds out which one.
    return { ok: false, reason: fatal ?? 'the engine crashed on it' };
  };
}

interface Quarantined {
  readonly configured: ConfiguredEndpoint;
  /** The error of the engine, as printable text. */
  readonly reason: string;
}

export interface QuarantineResult {
  readonly good: readonly ConfiguredEndpoint[];
  readonly bad: readonly Quarantined[];
}

/** Outbounds per check: an invalid one repeats the check of its batch. */
const BATCH_SIZE = 250;
/** Batches that are checked concurrently. */
const MAX_CONCURRENT = 2;

/**
 * Finds the endpoints that the engine rejects: by name when the error contains one, otherwise by
 * bisection. Throws like {@link CheckConfig}.
 */
export async function quarantine(
  all: readonly ConfiguredEndpoint[],
  options: ConfigOptions,
  check: CheckConfig,
): Promise<QuarantineResult> {
  let emptyCheck: Promise<void> | undefined;
  const checkBatch = async (batch: readonly ConfiguredEndpoint[]): Promise<CheckResult> => {
    const result = await check(engineConfig(batch, options));
    if (!result.ok) {
      emptyCheck ??= requireEmptyConfig(options, check);
      await emptyCheck;
    }
    return result;
  };
  const batches = Array.from({ length: Math.ceil(all.length / BATCH_SIZE) }, (_, index) =>
    all.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
  const lanes = slots(MAX_CONCURRENT);
  const checked = await Promise.all(
    batches.map((batch) => lanes.take(() => bisect(batch, checkBatch))),
  );
  return {
    good: checked.flatMap(({ good }) => good),
    bad: checked.flatMap(({ bad }) => bad),
  };
}

/** When the engine rejects a configuration without endpoints, no endpoint is to blame. */
async function requireEmptyConfig(options: ConfigOptions, check: CheckConfig): Promise<void> {
  const none = await check(engineConfig([], options));
  if (!none.ok) throw new EngineFailed(`it rejects the base configuration: ${plain(none.reason)}`);
}

async function bisect(
  batch: readonly ConfiguredEndpoint[],
  check: (batch: readonly ConfiguredEndpoint[]) => Promise<CheckResult>,
): Promise<QuarantineResult> {
  if (batch.length === 0) return { good: [], bad: [] };
  const result = await check(batch);
  if (result.ok) return { good: batch, bad: [] };
  const only = batch.length === 1 ? batch[0] : findNamedEndpoint(result.reason, batch);
  if (only) {
    const rest = await bisect(
      batch.filter((configured) => configured !== only),
      check,
    );
    return {
      good: rest.good,
      bad: [{ configured: only, reason: formatReason(result.reason) }, ...rest.bad],
    };
  }
  const half = Math.ceil(batch.length / 2);
  const first = await bisect(batch.slice(0, half), check);
  const second = await bisect(batch.slice(half), check);
  return { good: [...first.good, ...second.good], bad: [...first.bad, ...second.bad] };
}

/**
 * The endpoint that an error names: `initialize outbound[12]: …`, `outbounds[12].tls: …`, or by its
 * tag, `start endpoint/wireguard[p12]: …`.
 */
export function findNamedEndpoint(
  reason: string,
  batch: readonly ConfiguredEndpoint[],
): ConfiguredEndpoint | undefined {
  const tag = /\b(?:outbound|endpoint)\/[\w-]+\[(\w+)\]/.exec(reason)?.[1];
  if (tag !== undefined) return batch.find((configured) => configured.tag === tag);
  const [, section, index] = /\b(outbound|endpoint)s?\[(\d+)\]/.exec(reason) ?? [];
  if (section === undefined) return undefined;
  return batch.filter(({ section: { section: name } }) => name === `${section}s`)[Number(index)];
}

/** The error as printable text, without the position in the generated configuration. */
export function formatReason(reason: string): string {
  const text = reason.replace(
    /^(?:decode config at stdin|initialize|start service|start):?\s*/,
    '',
  );
  return plain(text.replace(/^(?:initialize )?(?:outbound|endpoint)s?\[\d+\][.:]?\s*/, ''), 160);
}
