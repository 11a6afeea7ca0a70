import type { Exec } from '@repo/core/process/exec';
import { slots } from '@repo/core/process/slots';
import { plain } from '@repo/core/text/untrusted';
import { type Carried, type ConfigOptions, engineConfig } from './config/engine-config.ts';
import type { Json } from './config/place.ts';
import type { EngineProgram } from './process.ts';

/** What the engine says of a configuration; `why` is untrusted. */
type CheckResult = { readonly ok: true } | { readonly ok: false; readonly why: string };

/**
 * Asks the engine whether it takes a configuration. Throws {@link EngineBroken} where it says
 * neither yes nor no, and the reason of the signal.
 */
export type CheckConfig = (config: Json) => Promise<CheckResult>;

/** The engine itself does not work: that says nothing about any endpoint. */
export class EngineBroken extends Error {
  override readonly name = 'EngineBroken';
}

const CHECK_MS = 30_000;

export function checkWith(
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
      timeoutMs: CHECK_MS,
      signal,
    });
    signal.throwIfAborted();
    if (done.state === 'not-started') throw new EngineBroken(done.reason);
    if (done.state === 'timeout') throw new EngineBroken(`its check took over ${CHECK_MS} ms`);
    if (done.state === 'exited' && done.exitCode === 0) return { ok: true };
    const fatal = /^FATAL\[\d+\] (.*)$/m.exec(done.stderr)?.[1];
    // Without a reason it crashed: on one of them, as halving will show.
    return { ok: false, why: fatal ?? 'the engine crashed on it' };
  };
}

interface Quarantined {
  readonly carried: Carried;
  /** What the engine says against it, harmless. */
  readonly why: string;
}

export interface Sorted {
  readonly good: readonly Carried[];
  readonly bad: readonly Quarantined[];
}

/** So many outbounds are checked at a time: a bad one costs the check of its batch once more. */
const BATCH = 250;
/** Batches that are checked side by side. */
const AT_A_TIME = 2;

/**
 * Takes out what the engine does not take: the one that its error names or, where it names none,
 * the one that is found by halving. Nothing else goes with it. Throws as {@link CheckConfig}.
 */
export async function quarantine(
  all: readonly Carried[],
  options: ConfigOptions,
  check: CheckConfig,
): Promise<Sorted> {
  let sound: Promise<void> | undefined;
  const checkBatch = async (batch: readonly Carried[]): Promise<CheckResult> => {
    const result = await check(engineConfig(batch, options));
    if (!result.ok) {
      sound ??= mustTakeNothing(options, check);
      await sound;
    }
    return result;
  };
  const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, index) =>
    all.slice(index * BATCH, (index + 1) * BATCH),
  );
  const lanes = slots(AT_A_TIME);
  const sorted = await Promise.all(
    batches.map((batch) => lanes.take(() => sortOut(batch, checkBatch))),
  );
  return {
    good: sorted.flatMap(({ good }) => good),
    bad: sorted.flatMap(({ bad }) => bad),
  };
}

/** An engine that does not take even a configuration without endpoints must blame none of them. */
async function mustTakeNothing(options: ConfigOptions, check: CheckConfig): Promise<void> {
  const none = await check(engineConfig([], options));
  if (!none.ok) throw new EngineBroken(`it does not take our configuration: ${plain(none.why)}`);
}

async function sortOut(
  batch: readonly Carried[],
  check: (batch: readonly Carried[]) => Promise<CheckResult>,
): Promise<Sorted> {
  if (batch.length === 0) return { good: [], bad: [] };
  const result = await check(batch);
  if (result.ok) return { good: batch, bad: [] };
  const only = batch.length === 1 ? batch[0] : namedBy(result.why, batch);
  if (only) {
    const rest = await sortOut(
      batch.filter((carried) => carried !== only),
      check,
    );
    return { good: rest.good, bad: [{ carried: only, why: reason(result.why) }, ...rest.bad] };
  }
  const half = Math.ceil(batch.length / 2);
  const first = await sortOut(batch.slice(0, half), check);
  const second = await sortOut(batch.slice(half), check);
  return { good: [...first.good, ...second.good], bad: [...first.bad, ...second.bad] };
}

/**
 * The one that an error is about: `initialize outbound[12]: …`, `outbounds[12].tls: …`, or by its
 * tag, `start endpoint/wireguard[p12]: …`.
 */
export function namedBy(why: string, batch: readonly Carried[]): Carried | undefined {
  const tag = /\b(?:outbound|endpoint)\/[\w-]+\[(\w+)\]/.exec(why)?.[1];
  if (tag !== undefined) return batch.find((carried) => carried.tag === tag);
  const [, section, index] = /\b(outbound|endpoint)s?\[(\d+)\]/.exec(why) ?? [];
  if (section === undefined) return undefined;
  return batch.filter(({ section: { section: name } }) => name === `${section}s`)[Number(index)];
}

/** Why not, harmless and without the place within our configuration, which tells nobody anything. */
export function reason(why: string): string {
  const text = why.replace(/^(?:decode config at stdin|initialize|start service|start):?\s*/, '');
  return plain(text.replace(/^(?:initialize )?(?:outbound|endpoint)s?\[\d+\][.:]?\s*/, ''), 160);
}
