import type { Exec } from '@repo/core/process/exec';
import { plain } from '@repo/core/text/untrusted';
import { checkWith, EngineBroken } from './check.ts';
import { engineConfig } from './config/engine-config.ts';
import { type Generation, OLDEST_MINOR } from './config/generation.ts';
import type { Engine } from './engine.ts';
import type { EngineProgram } from './process.ts';
import { openSession } from './session.ts';

export interface SingBoxOptions {
  readonly exec: Exec;
  /** A file with certificates to trust besides the system's; empty without. */
  readonly caFile: string;
  readonly signal: AbortSignal;
}

const VERSION_MS = 15_000;

/**
 * The engine sing-box of a program. Throws {@link EngineBroken} when the program does not run, is
 * something else or too old, and the reason of the signal.
 */
export async function singBox(program: EngineProgram, options: SingBoxOptions): Promise<Engine> {
  const { exec, caFile } = options;
  const { version, generation } = await askVersion(program, options);
  return {
    name: version === 'unknown' ? 'a sing-box of unknown version' : `sing-box ${version}`,
    open: (endpoints, session) =>
      openSession({ program, exec, generation, caFile }, endpoints, session),
  };
}

async function askVersion(
  program: EngineProgram,
  { exec, signal }: SingBoxOptions,
): Promise<{ readonly version: string; readonly generation: Generation }> {
  const done = await exec({
    argv: [program.path, 'version'],
    env: program.environment,
    withhold: () => true,
    timeoutMs: VERSION_MS,
    signal,
  });
  signal.throwIfAborted();
  if (done.state === 'not-started') throw new EngineBroken(done.reason);
  const text = done.state === 'exited' && done.exitCode === 0 ? done.stdout : '';
  const version = /^sing-box version (\S+)/m.exec(text)?.[1];
  if (version === undefined)
    throw new EngineBroken('it does not tell its version as sing-box does');
  const tags = new Set(/^Tags: (\S+)/m.exec(text)?.[1]?.split(',') ?? []);
  const minor = minorOf(version) ?? (await probedMinor(program, { exec, signal }));
  if (minor < OLDEST_MINOR) {
    throw new EngineBroken(`sing-box ${plain(version, 40)} is older than 1.${OLDEST_MINOR}`);
  }
  return { version: plain(version, 40), generation: { minor, tags } };
}

/** The 12 of 1.12.3; 2.0 would be newer than all that we know. */
function minorOf(version: string): number | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return undefined;
  return Number(major) > 1 ? Number.POSITIVE_INFINITY : Number(minor);
}

/** One that was built from its sources does not know its version: what it takes tells. */
async function probedMinor(
  program: EngineProgram,
  { exec, signal }: Pick<SingBoxOptions, 'exec' | 'signal'>,
): Promise<number> {
  const check = checkWith(program, exec, signal);
  let why = '';
  for (const minor of [12, OLDEST_MINOR]) {
    const generation = { minor, tags: new Set<string>() };
    const result = await check(engineConfig([], { generation, password: '', caFile: '' }));
    if (result.ok) return minor;
    why = result.why;
  }
  throw new EngineBroken(`it takes neither our new nor our old configuration: ${plain(why)}`);
}
