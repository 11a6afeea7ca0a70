import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import { exec } from '@repo/core/process/exec';
import type { Engine } from './engine/engine.ts';
import type { Inputs } from './inputs.ts';

/**
 * The engine that the inputs ask for, or why what needs one is not tested. Throws ActionError when
 * the one that was asked for cannot be used.
 */
export async function loadEngine(
  inputs: Inputs,
  { workspace, variable, log }: ActionContext,
  signal: AbortSignal,
): Promise<Engine | string> {
  const { findEngine } = await import('./engine/find-engine.ts');
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
    exec,
    caFile: caFile === '' ? '' : resolve(workspace, caFile),
    signal,
  });
  if (found.kind === 'none') return found.why;
  log.info(`Through ${found.engine.name}`);
  return found.engine;
}
