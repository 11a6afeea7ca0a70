import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import { changesBy } from './changes.ts';
import { type Finished, NOTHING_CHANGED } from './finish.ts';
import type { Finding } from './history/history.ts';
import { journalLine, removeJournal } from './history/journal.ts';
import type { Inputs } from './inputs.ts';
import { writePieces } from './list/rewrite.ts';
import type { World } from './world.ts';

/** Where a shard's findings go: `results`, or a file in the workspace that names the shard. */
function resultsPath({ results, shard }: Inputs, workspace: string): string {
  const [given] = results;
  return resolve(workspace, given ?? `proxy-retest-${shard?.index}-of-${shard?.count}.ndjson`);
}

/** Says in a file of results that nothing could be judged, where no target answered. */
export const VOID_LINE = '{"void":true}\n';

/** A shard that could judge nothing says so: for `mode: merge`, one without results has died. */
export async function writeVoidShard(
  inputs: Inputs,
  { workspace }: ActionContext,
): Promise<Finished> {
  if (!inputs.dryRun) await writePieces(resultsPath(inputs, workspace), bytesOf([VOID_LINE]));
  return NOTHING_CHANGED;
}

/** What a shard found out, for `mode: merge`; the list is left alone. */
export async function writeShard(
  { histories, places }: World,
  findings: ReadonlyMap<string, Finding>,
  inputs: Inputs,
  { workspace }: ActionContext,
): Promise<Finished> {
  const changes = changesBy(findings, histories);
  if (!inputs.dryRun) {
    await writePieces(resultsPath(inputs, workspace), bytesOf(lines(findings)));
    removeJournal(places.journal);
  }
  return { ...NOTHING_CHANGED, changes };
}

async function* bytesOf(lines: Iterable<string>): AsyncIterable<Buffer> {
  for (const line of lines) yield Buffer.from(line);
}

function* lines(findings: ReadonlyMap<string, Finding>): Iterable<string> {
  for (const [id, finding] of findings) yield journalLine(id, finding);
}
