import { resolve } from 'node:path';
import { traceExec } from '@repo/core/action/trace-exec';
import { exec } from '@repo/core/process/exec';
import type { Context } from '../context.ts';
import type { Engine } from './engine.ts';

/**
 * Loads the engine that the inputs select. Returns the reason when there is none. Throws an
 * ActionError when the requested engine cannot be used.
 */
export async function loadEngine(
  { inputs, workspace, variable, log }: Context,
  signal: AbortSignal,
): Promise<Engine | string> {
  const { findEngine } = await import('./find-engine.ts');
  const { engine, enginePath, engineVersion, engineSha256, engineUrl, caFile } = inputs;
  const found = await findEngine({
    engine,
    path: enginePath,
    workspace,
    release:
      engineVersion === ''
        ? undefined
        : {
            version: engineVersion,
            sha256: engineSha256,
            from: engineUrl.href,
            folder: variable('RUNNER_TEMP') || workspace,
          },
    variable,
    exec: traceExec(exec, log.debug),
    debug: log.debug,
    caFile: caFile === '' ? '' : resolve(workspace, caFile),
    signal,
  });
  if (found.kind === 'none') return found.reason;
  log.info(`Using ${found.engine.name}`);
  return found.engine;
}
