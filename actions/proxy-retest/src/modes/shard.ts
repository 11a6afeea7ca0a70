import type { Outcome } from '@repo/core/action/outcome';
import { heading, md } from '@repo/core/summary/markdown';
import type { Inputs } from '../inputs.ts';
import { DEFAULT_OUTPUTS } from '../report/default-outputs.ts';

/** Creates the matrix of the jobs that each test one shard. */
export function shard({ shards }: Inputs): Outcome {
  // File and artifact names cannot contain the slash of `shard`.
  const include = Array.from({ length: shards }, (_, index) => ({
    shard: `${index + 1}/${shards}`,
    name: `${index + 1}-of-${shards}`,
  }));
  const message = `Split the list into ${shards} shards`;
  return {
    verdict: 'pass',
    message,
    outputs: { ...DEFAULT_OUTPUTS, matrix: JSON.stringify({ include }) },
    result: { mode: 'shard', shards },
    summary: [heading(2, md`proxy-retest`), md`${message}`],
    annotations: [],
  };
}
