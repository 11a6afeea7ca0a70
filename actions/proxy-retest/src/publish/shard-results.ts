import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { computeChanges } from '../history/changes.ts';
import type { TestResult } from '../history/history.ts';
import { formatJournalLine, removeJournal } from '../history/journal.ts';
import { writeChunks } from '../list/rewrite.ts';
import type { Survey } from '../survey.ts';
import { NOTHING_PUBLISHED, type PublishResult } from './publish.ts';

/** The results file of a shard in which no target answered. */
export const INCONCLUSIVE_LINE = '{"inconclusive":true}\n';

/** Lets `mode: merge` distinguish this shard from one whose job failed without results. */
export async function writeInconclusiveShard(context: Context): Promise<PublishResult> {
  if (!context.inputs.dryRun) {
    await writeChunks(resolveResultsPath(context), toBuffers([INCONCLUSIVE_LINE]));
  }
  return NOTHING_PUBLISHED;
}

/** Writes the results of a shard for `mode: merge`; the list is not changed. */
export async function writeShardResults(
  context: Context,
  { histories }: Survey,
  results: ReadonlyMap<string, TestResult>,
): Promise<PublishResult> {
  const changes = computeChanges(results, histories);
  if (!context.inputs.dryRun) {
    await writeChunks(resolveResultsPath(context), toBuffers(formatLines(results)));
    removeJournal(context.paths.journal);
  }
  return { ...NOTHING_PUBLISHED, changes };
}

/** The input `results`, or a file in the workspace that is named after the shard. */
function resolveResultsPath({ inputs, workspace }: Context): string {
  const { results, shard } = inputs;
  return resolve(workspace, results[0] ?? `proxy-retest-${shard?.index}-of-${shard?.count}.ndjson`);
}

async function* toBuffers(lines: Iterable<string>): AsyncIterable<Buffer> {
  for (const line of lines) yield Buffer.from(line);
}

function* formatLines(results: ReadonlyMap<string, TestResult>): Iterable<string> {
  for (const [id, result] of results) yield formatJournalLine(id, result);
}
