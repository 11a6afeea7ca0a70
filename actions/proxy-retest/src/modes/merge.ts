import { glob, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { pluralize } from '@repo/core/text/pluralize';
import type { ActResult } from '../act.ts';
import { createContext } from '../context.ts';
import type { TestResult } from '../history/history.ts';
import { parseResults } from '../history/journal.ts';
import type { Inputs } from '../inputs.ts';
import { NOTHING_PUBLISHED, publish } from '../publish/publish.ts';
import { INCONCLUSIVE_LINE } from '../publish/shard-results.ts';
import { report } from '../report/report.ts';
import { survey } from '../survey.ts';
import { judge } from '../verdict.ts';

/** Merges the results of all shards into one list. */
export async function merge(inputs: Inputs, actionContext: ActionContext): Promise<Outcome> {
  const { clock, log, workspace } = actionContext;
  const startedAt = clock.monotonic();
  const context = await createContext(inputs, actionContext);
  await using surveyed = await survey(context);
  const shards = await readShardResults(inputs.results, workspace);
  const ids = new Set(surveyed.list.entries.map(({ id }) => id));
  const results = new Map(surveyed.resumed);
  for (const [id, result] of shards.results) if (ids.has(id)) results.set(id, result);
  log.info(`${pluralize(results.size, 'result')} for ${pluralize(ids.size, 'endpoint')}`);
  const areTargetsDown = shards.inconclusive > 0 && results.size === 0;
  const acted: ActResult = areTargetsDown
    ? { ...NOTHING_PUBLISHED, stopReason: 'targets-down' }
    : { ...(await publish(context, surveyed, results)), stopReason: 'done' };
  return report(context, {
    mode: 'merge',
    surveyed,
    planned: undefined,
    acted:
      shards.inconclusive > 0 && !areTargetsDown
        ? { ...acted, notes: [...acted.notes, describeInconclusive(shards)] }
        : acted,
    judged: judge('merge', surveyed.list, undefined, acted),
    durationMs: clock.monotonic() - startedAt,
  });
}

interface ShardResults {
  readonly results: ReadonlyMap<string, TestResult>;
  readonly files: number;
  /** How many of the files are from shards in which no target answered. */
  readonly inconclusive: number;
}

function describeInconclusive({ inconclusive, files }: ShardResults): string {
  return `No target answered in ${inconclusive} of ${pluralize(files, 'shard')}. Their endpoints were not tested.`;
}

/** Reads all files that match the patterns; the newest result of an endpoint wins. */
async function readShardResults(
  patterns: readonly string[],
  workspace: string,
): Promise<ShardResults> {
  const results = new Map<string, TestResult>();
  const paths = new Set<string>();
  for (const pattern of patterns) {
    for await (const path of glob(pattern, { cwd: workspace })) paths.add(resolve(workspace, path));
  }
  if (paths.size === 0) {
    throw new ActionError('results does not match any file', {
      remedy: 'Download the artifacts of all shards before the step with mode: merge.',
    });
  }
  let inconclusive = 0;
  for (const path of [...paths].sort()) {
    const text = await readFile(path, 'utf8');
    if (text === INCONCLUSIVE_LINE) inconclusive++;
    for (const [id, result] of parseResults(text)) {
      const before = results.get(id);
      if (before === undefined || before.at <= result.at) results.set(id, result);
    }
  }
  return { results, files: paths.size, inconclusive };
}
