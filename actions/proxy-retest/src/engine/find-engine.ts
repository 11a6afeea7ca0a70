import { delimiter, isAbsolute, join } from 'node:path';
import type { Log } from '@repo/core/action/log';
import { ActionError } from '@repo/core/errors/action-error';
import { locateProgram } from '@repo/core/process/locate-program';
import { plain } from '@repo/core/text/untrusted';
import { EngineFailed } from './check.ts';
import type { Engine } from './engine.ts';
import type { EngineRelease } from './install-engine.ts';
import { createSingBox, type SingBoxOptions } from './sing-box.ts';

/** The engine that the inputs request. */
export interface EngineRequest extends SingBoxOptions {
  /** `auto` continues without an engine when none exists. */
  readonly engine: 'auto' | 'none' | 'sing-box';
  /** Relative to the workspace; empty: the PATH is searched. */
  readonly path: string;
  readonly workspace: string;
  /** Downloaded when no engine is installed. */
  readonly release: EngineRelease | undefined;
  /** An environment variable; empty when it is not set. */
  readonly variable: (name: string) => string;
  readonly debug?: Log['debug'];
}

export type FoundEngine =
  | { readonly kind: 'engine'; readonly engine: Engine }
  | { readonly kind: 'none'; readonly reason: string };

const REMEDY =
  'Install sing-box, or set engine-path, or engine-version together with engine-sha256.';

/**
 * Finds an engine in `engine-path`, on the PATH, or as a download. Throws an ActionError when the
 * requested engine cannot be used.
 */
export async function findEngine(request: EngineRequest): Promise<FoundEngine> {
  if (request.engine === 'none') return { kind: 'none', reason: 'engine: none' };
  const environment = createEnvironment(request.variable);
  if (request.path !== '') {
    const path = isAbsolute(request.path) ? request.path : join(request.workspace, request.path);
    return start(path, 'engine-path', request, environment);
  }
  const installed = findOnPath(request.variable('PATH'));
  if (installed !== undefined)
    return start(installed, 'sing-box on the PATH', request, environment);
  if (request.release) {
    const { installEngine } = await import('./install-engine.ts');
    const path = await installEngine(request.release, request.signal, request.debug);
    return start(path, 'downloaded sing-box', request, environment);
  }
  if (request.engine === 'auto') return { kind: 'none', reason: 'sing-box is not installed' };
  throw new ActionError('sing-box was not found on the PATH', { remedy: REMEDY });
}

async function start(
  path: string,
  where: string,
  request: EngineRequest,
  environment: Readonly<Record<string, string>>,
): Promise<FoundEngine> {
  try {
    return { kind: 'engine', engine: await createSingBox({ path, environment }, request) };
  } catch (error) {
    if (!(error instanceof EngineFailed)) throw error;
    throw new ActionError(`the engine cannot be used (${where}): ${plain(error.message)}`, {
      remedy: REMEDY,
    });
  }
}

/**
 * The complete environment of the engine. The runner uses this variable to find and stop processes of
 * a killed job.
 */
function createEnvironment(variable: (name: string) => string): Readonly<Record<string, string>> {
  const id = variable('RUNNER_TRACKING_ID');
  return id === '' ? {} : { RUNNER_TRACKING_ID: id };
}

/** Ignores relative folders in the PATH: a file of the workspace is not an installed program. */
function findOnPath(path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  const located = locateProgram('sing-box', { cwd: '/', path: folders.join(delimiter) });
  return located.kind === 'found' ? located.path : undefined;
}
