import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import { plain } from '@repo/core/text/untrusted';
import { EngineBroken } from './check.ts';
import type { Engine } from './engine.ts';
import type { EngineRelease } from './install-engine.ts';
import { type SingBoxOptions, singBox } from './sing-box.ts';

/** Which engine the user wants, and where it may come from. */
export interface EngineWish extends SingBoxOptions {
  /** `auto` does without where there is none. */
  readonly engine: 'auto' | 'none' | 'sing-box';
  /** Seen from the workspace; empty: it is looked for on the PATH. */
  readonly path: string;
  readonly workspace: string;
  /** What is downloaded where there is none; `undefined`: nothing is. */
  readonly release: EngineRelease | undefined;
  /** A variable of the environment; empty where it is not set. */
  readonly variable: (name: string) => string;
}

export type FoundEngine =
  | { readonly kind: 'engine'; readonly engine: Engine }
  /** A clause: why what needs one is not tested. */
  | { readonly kind: 'none'; readonly why: string };

const HOW = 'Install sing-box, or set engine-path, or engine-version together with engine-sha256.';

/**
 * The user's own engine before any other: `engine-path`, the PATH, and then a release that is
 * downloaded. Throws ActionError when the one that was asked for cannot be used.
 */
export async function findEngine(wish: EngineWish): Promise<FoundEngine> {
  if (wish.engine === 'none') return { kind: 'none', why: 'engine: none' };
  const environment = environmentFor(wish.variable);
  if (wish.path !== '') {
    const path = isAbsolute(wish.path) ? wish.path : join(wish.workspace, wish.path);
    return started(path, 'engine-path', wish, environment);
  }
  const own = await onPath(wish.variable('PATH'));
  if (own !== undefined) return started(own, 'the sing-box on the PATH', wish, environment);
  if (wish.release) {
    const { installEngine } = await import('./install-engine.ts');
    const path = await installEngine(wish.release, wish.signal);
    return started(path, 'the sing-box that was downloaded', wish, environment);
  }
  if (wish.engine === 'auto') return { kind: 'none', why: 'there is no engine (sing-box)' };
  throw new ActionError('There is no sing-box on the PATH.', { remedy: HOW });
}

async function started(
  path: string,
  where: string,
  wish: EngineWish,
  environment: Readonly<Record<string, string>>,
): Promise<FoundEngine> {
  try {
    return { kind: 'engine', engine: await singBox({ path, environment }, wish) };
  } catch (error) {
    if (!(error instanceof EngineBroken)) throw error;
    throw new ActionError(`The engine cannot be used (${where}): ${plain(error.message)}.`, {
      remedy: HOW,
    });
  }
}

/**
 * All that the engine sees of our environment: by this one, the runner finds and ends what a job
 * that was killed has left behind. No token, no settings.
 */
function environmentFor(variable: (name: string) => string): Readonly<Record<string, string>> {
  const id = variable('RUNNER_TRACKING_ID');
  return id === '' ? {} : { RUNNER_TRACKING_ID: id };
}

async function onPath(path: string): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'sing-box.exe' : 'sing-box';
  for (const folder of path.split(delimiter).filter((part) => isAbsolute(part))) {
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
