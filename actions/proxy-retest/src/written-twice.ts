import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError, type InputProblem } from '@repo/core/errors/input-error';
import type { Inputs } from './inputs.ts';

/**
 * Throws an InputError where two inputs name one file: what is written last would take the place of
 * the other, and that may be the list.
 */
export async function refuseToWriteTwice(inputs: Inputs, workspace: string): Promise<void> {
  const taken = new Map<string, string>();
  const problems: InputProblem[] = [];
  for (const { where, given } of files(inputs)) {
    const path = resolve(workspace, given);
    const place = await realpath(path).catch(() => path);
    const owner = taken.get(place);
    if (owner === undefined) taken.set(place, where);
    // In place is what it does by itself.
    else if (where !== 'output' || owner !== 'list') {
      problems.push({
        where,
        given,
        problem: `is the file of ${owner} too`,
        remedy: 'Give each a file of its own.',
      });
    }
  }
  if (problems.length > 0) throw new InputError(problems);
}

function files(inputs: Inputs): readonly { readonly where: string; readonly given: string }[] {
  const { list, output, state, stateStore, outputs, results, shard, reportFile } = inputs;
  const all = [
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
  return all.filter(({ given }) => given !== '');
}
