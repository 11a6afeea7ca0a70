import type { Exec } from '@repo/core/process/exec';
import { plain } from '@repo/core/text/untrusted';
import { createConfigCheck, EngineFailed } from './check.ts';
import { type EngineCapabilities, MIN_MINOR } from './config/capabilities.ts';
import { engineConfig } from './config/engine-config.ts';
import type { Engine } from './engine.ts';
import type { EngineProgram } from './process.ts';
import { openSession } from './session.ts';

export interface SingBoxOptions {
  readonly exec: Exec;
  /** A file with additional trusted certificates; may be empty. */
  readonly caFile: string;
  readonly signal: AbortSignal;
}

const VERSION_TIMEOUT_MS = 15_000;

/**
 * Creates an engine from a sing-box program. Throws {@link EngineFailed} when the program does not run,
 * is not sing-box or is too old, and the reason of the signal.
 */
export async function createSingBox(
  program: EngineProgram,
  options: SingBoxOptions,
): Promise<Engine> {
  const { exec, caFile } = options;
  const { version, capabilities } = await readVersion(program, options);
  return {
    name: version === 'unknown' ? 'sing-box of unknown version' : `sing-box ${version}`,
    open: (endpoints, session) =>
      openSession({ program, exec, capabilities, caFile }, endpoints, session),
  };
}

async function readVersion(
  program: EngineProgram,
  { exec, signal }: SingBoxOptions,
): Promise<{ readonly version: string; readonly capabilities: EngineCapabilities }> {
  const done = await exec({
    argv: [program.path, 'version'],
    env: program.environment,
    withhold: () => true,
    timeoutMs: VERSION_TIMEOUT_MS,
    signal,
  });
  signal.throwIfAborted();
  if (done.state === 'not-started') throw new EngineFailed(done.reason);
  const text = done.state === 'exited' && done.exitCode === 0 ? done.stdout : '';
  const version = /^sing-box version (\S+)/m.exec(text)?.[1];
  if (version === undefined) throw new EngineFailed('it does not print the version of sing-box');
  const tags = new Set(/^Tags: (\S+)/m.exec(text)?.[1]?.split(',') ?? []);
  const minor = parseMinor(version) ?? (await probeMinor(program, { exec, signal }));
  if (minor < MIN_MINOR) {
    throw new EngineFailed(`sing-box ${plain(version, 40)} is older than 1.${MIN_MINOR}`);
  }
  return { version: plain(version, 40), capabilities: { minor, tags } };
}

/** The 12 of 1.12.3; infinite for a major version above 1. */
function parseMinor(version: string): number | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return undefined;
  return Number(major) > 1 ? Number.POSITIVE_INFINITY : Number(minor);
}

/** A build from source may not know its version: the accepted format decides. */
async function probeMinor(
  program: EngineProgram,
  { exec, signal }: Pick<SingBoxOptions, 'exec' | 'signal'>,
): Promise<number> {
  const check = createConfigCheck(program, exec, signal);
  let reason = '';
  for (const minor of [12, MIN_MINOR]) {
    const capabilities = { minor, tags: new Set<string>() };
    const result = await check(engineConfig([], { capabilities, password: '', caFile: '' }));
    if (result.ok) return minor;
    reason = result.reason;
  }
  throw new EngineFailed(`it does not accept any supported configuration format: ${plain(reason)}`);
}
