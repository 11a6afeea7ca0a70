import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import { exec } from '@repo/core/process/exec';
import { type Finished, finish } from './finish.ts';
import type { Finding } from './history/history.ts';
import type { Inputs } from './inputs.ts';
import { readWorld, type World } from './world.ts';
import { sideFile } from './write-list.ts';

/** Writes what the findings change, and commits it where that is wanted. */
export async function publish(
  world: World,
  findings: ReadonlyMap<string, Finding>,
  inputs: Inputs,
  context: ActionContext,
): Promise<Finished> {
  const finished = await finish(world, findings, inputs, context);
  if (!inputs.commit || !finished.changed) return finished;
  const { workspace, clock, log } = context;
  const { output, state } = world.places;
  const further = inputs.outputs.map(({ path }) => resolve(workspace, path));
  const { commitAndPush } = await import('./commit.ts');
  const committed = await commitAndPush({
    workspace,
    paths: [output, state, sideFile(output), ...further],
    message: inputs.commitMessage,
    exec,
    clock,
    // After a cancel there are seconds left, and the list is written: it is worth a try.
    signal: AbortSignal.timeout(context.signal.aborted ? 5_000 : 300_000),
    again: async () => {
      log.info('Somebody else has pushed; the findings are put into their list');
      await using theirs = await readWorld(inputs, context);
      return (await finish(theirs, findings, inputs, context)).changed;
    },
  });
  if (committed.kind === 'nothing') return finished;
  log.info(`Committed and pushed ${committed.sha}`);
  return finished;
}
