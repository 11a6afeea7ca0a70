import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError, type InputProblem } from '@repo/core/errors/input-error';
import type { Inputs } from '../inputs.ts';

/**
 * Throws an InputError when two inputs name the same file: the file that is written last would
 * overwrite the other, possibly the list.
 */
export async function rejectOutputCollisions(inputs: Inputs, workspace: string): Promise<void> {
  const owners = new Map<string, string>();
  const problems: InputProblem[] = [];
  for (const { where, given } of collectFiles(inputs)) {
    const path = resolve(workspace, given);
    const realPath = await realpath(path).catch(() => path);
    const owner = owners.get(realPath);
    if (owner === undefined) owners.set(realPath, where);
    // Writing the list in place is the default.
    else if (where !== 'output' || owner !== 'list') {
      problems.push({
        where,
        given,
        problem: `names the same file as ${owner}`,
        remedy: 'Use a different path for each.',
      });
    }
  }
  if (problems.length > 0) throw new InputError(problems);
}

function collectFiles(
  inputs: Inputs,
): readonly { readonly where: string; readonly given: string }[] {
  const { list, output, state, stateStore, outputs, results, shard, reportFile } = inputs;
  const files = [
    { where: 'list', given: list },
    { where: 'output', given: output },
    {
      where: 'state',
      given: stateStore === 'cache' ? '' : state === '' ? `${list}.state.ndjson` : state,
    },
    ...outputs.map(({ path }) => ({ where: 'outputs', given: path })),
    ...(shard === undefined ? [] : results.map((given) => ({ where: 'results', given }))),
    { where: 'report-file', given: reportFile },
  ];
  return files.filter(({ given }) => given !== '');
}
