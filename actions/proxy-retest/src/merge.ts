import { glob, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { pluralize } from '@repo/core/text/pluralize';
import { NOTHING_CHANGED } from './finish.ts';
import type { Finding } from './history/history.ts';
import { parseFindings } from './history/journal.ts';
import type { Inputs } from './inputs.ts';
import { publish } from './publish.ts';
import { report } from './report.ts';
import { VOID_LINE } from './shard-results.ts';
import { readWorld } from './world.ts';

/** Joins what the shards found out into one list. */
export async function merge(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  const { clock, log } = context;
  const start = clock.monotonic();
  await using world = await readWorld(inputs, context);
  const { found, places } = world;
  const { findings: results, files, voids } = await readResults(inputs.results, context.workspace);
  const known = new Set(found.entries.map(({ id }) => id));
  const findings = new Map(world.resumed);
  for (const [id, finding] of results) if (known.has(id)) findings.set(id, finding);
  log.info(`${pluralize(findings.size, 'finding')} for ${pluralize(known.size, 'endpoint')}`);
  const isVoid = voids > 0 && findings.size === 0;
  const finished = isVoid ? NOTHING_CHANGED : await publish(world, findings, inputs, context);
  const unjudged = `No target answered in ${voids} of ${pluralize(files, 'shard')}, so nothing was judged there.`;
  return report({
    ...finished,
    notes: voids > 0 && !isVoid ? [...finished.notes, unjudged] : finished.notes,
    mode: 'merge',
    found,
    choice: undefined,
    resumed: world.resumed.size,
    stopReason: isVoid ? 'void' : 'done',
    list: places.output,
    state: places.state,
    brokenState: world.brokenState,
    durationMs: clock.monotonic() - start,
  });
}

interface Results {
  readonly findings: ReadonlyMap<string, Finding>;
  readonly files: number;
  /** How many of the files say that nothing could be judged. */
  readonly voids: number;
}

/** The findings of all files that the patterns name; of several on one endpoint, the last in time. */
async function readResults(patterns: readonly string[], workspace: string): Promise<Results> {
  const findings = new Map<string, Finding>();
  const paths = new Set<string>();
  for (const pattern of patterns) {
    for await (const path of glob(pattern, { cwd: workspace })) paths.add(resolve(workspace, path));
  }
  if (paths.size === 0) {
    throw new ActionError('results names no file that exists', {
      remedy: 'Download the artifacts of all shards before mode: merge, and name them.',
    });
  }
  let voids = 0;
  for (const path of [...paths].sort()) {
    const text = await readFile(path, 'utf8');
    if (text === VOID_LINE) voids++;
    for (const [id, finding] of parseFindings(text)) {
      const before = findings.get(id);
      if (before === undefined || before.at <= finding.at) findings.set(id, finding);
    }
  }
  return { findings, files: paths.size, voids };
}
