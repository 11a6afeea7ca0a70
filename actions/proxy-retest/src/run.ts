import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { heading, md } from '@repo/core/summary/markdown';
import type { Inputs } from './inputs.ts';
import { NO_OUTPUTS } from './report.ts';

/** Tests a list again, plans it, cuts it into shards, or joins what shards found out. */
export async function run(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  switch (inputs.mode) {
    case 'shard':
      return matrix(inputs);
    case 'merge':
      return (await import('./merge.ts')).merge(inputs, context);
    default:
      return (await import('./retest-list.ts')).retestList(inputs, context);
  }
}

/** The matrix of the jobs that test a shard each. */
function matrix({ shards }: Inputs): Outcome {
  // The name is for files and artifacts, where a slash cannot be.
  const include = Array.from({ length: shards }, (_, index) => ({
    shard: `${index + 1}/${shards}`,
    name: `${index + 1}-of-${shards}`,
  }));
  const message = `Cut the list into ${shards} shards`;
  return {
    verdict: 'pass',
    message,
    outputs: { ...NO_OUTPUTS, matrix: JSON.stringify({ include }) },
    result: { mode: 'shard', shards },
    summary: [heading(2, md`proxy-retest`), md`${message}`],
    annotations: [],
  };
}
