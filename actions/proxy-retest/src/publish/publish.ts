import { resolve } from 'node:path';
import { traceExec } from '@repo/core/action/trace-exec';
import { exec } from '@repo/core/process/exec';
import type { Context } from '../context.ts';
import {
  type Changes,
  checkMassFailure,
  computeChanges,
  type MassFailureGuard,
} from '../history/changes.ts';
import type { TestResult } from '../history/history.ts';
import { removeJournal } from '../history/journal.ts';
import type { Histories } from '../history/state-file.ts';
import { createGeolocator } from '../list/geolocation.ts';
import { exists } from '../list/rewrite.ts';
import {
  planListChanges,
  sideFilePath,
  type WriteRules,
  writeList,
  writeSideFile,
} from '../list/write-list.ts';
import { type Survey, survey } from '../survey.ts';
import { writeExtraFiles } from './extra-files.ts';

/** What the results changed. */
export interface PublishResult {
  readonly changes: Changes;
  readonly guard: MassFailureGuard | undefined;
  /** Whether the list was written. */
  readonly changed: boolean;
  readonly notes: readonly string[];
}

export const NOTHING_PUBLISHED: PublishResult = {
  changes: new Map(),
  guard: undefined,
  changed: false,
  notes: [],
};

/** How long the history of an endpoint is kept after it leaves the list. */
const RETENTION_MS = 7 * 86_400_000;
const COMMIT_TIMEOUT_MS = 300_000;
/** After a cancel, the runner kills the job within seconds. */
const CANCELLED_COMMIT_TIMEOUT_MS = 5_000;

/** Writes the list, the state and the extra files, and commits them with `commit: true`. */
export async function publish(
  context: Context,
  surveyed: Survey,
  results: ReadonlyMap<string, TestResult>,
): Promise<PublishResult> {
  const published = await writeFiles(context, surveyed, results);
  const { inputs, paths, workspace, clock, log, signal } = context;
  if (!inputs.commit || !published.changed) return published;
  const extraFiles = inputs.outputs.map(({ path }) => resolve(workspace, path));
  const { commitAndPush } = await import('./commit.ts');
  const committed = await commitAndPush({
    workspace,
    paths: [paths.output, paths.state, sideFilePath(paths.output), ...extraFiles],
    message: inputs.commitMessage,
    exec: traceExec(exec, log.debug),
    clock,
    signal: AbortSignal.timeout(signal.aborted ? CANCELLED_COMMIT_TIMEOUT_MS : COMMIT_TIMEOUT_MS),
    reapply: async () => {
      log.info('The branch was updated by another push; applying the results to the new list');
      await using current = await survey(context);
      return (await writeFiles(context, current, results)).changed;
    },
  });
  if (committed.kind === 'pushed') log.info(`Committed and pushed ${committed.sha}`);
  return published;
}

/** The list is written first: the journal keeps the results until every file is written. */
async function writeFiles(
  { inputs, paths, stateStore, clock, log, workspace }: Context,
  { list, histories, source }: Survey,
  results: ReadonlyMap<string, TestResult>,
): Promise<PublishResult> {
  const now = clock.now();
  const changes = computeChanges(results, histories);
  const published = new Map(list.entries.map((entry) => [entry.id, entry.published]));
  const guard = checkMassFailure(changes, (id) => published.get(id) ?? {}, inputs.minRetainRatio);
  if (inputs.dryRun) return { changes, guard, changed: false, notes: [] };
  if (guard.triggered) {
    // A kept journal would trigger the guard again in the next run.
    removeJournal(paths.journal);
    return { changes, guard, changed: false, notes: [] };
  }
  const rules: WriteRules = {
    existingFieldsOnly: inputs.existingFieldsOnly,
    maxAgeMs: inputs.maxAge,
    dropAfterMs: inputs.dropAfter,
    now,
    geolocate: await createGeolocator(inputs.mmdb, workspace),
  };
  const listChanges = planListChanges(list, changes, histories, rules);
  const isOutputMissing = paths.output !== paths.list && !(await exists(paths.output));
  const changed = listChanges.isSignificant || isOutputMissing;
  if (changed) {
    log.info('Writing the list');
    await writeList(paths.output, list, changes, listChanges, rules, source);
  }
  const newHistories = mergeHistories(histories, list.entries, changes, now);
  const notes: string[] = [];
  if (changes.size > 0) {
    const note = await stateStore.write(newHistories);
    if (note !== undefined) notes.push(note);
    if (inputs.existingFieldsOnly && changed) await writeSideFile(paths.output, list, newHistories);
  }
  const data = { list, changes, histories: newHistories, changed, workspace, now };
  notes.push(...(await writeExtraFiles(inputs.outputs, data)));
  removeJournal(paths.journal);
  return { changes, guard, changed, notes };
}

function mergeHistories(
  histories: Histories,
  entries: Survey['list']['entries'],
  changes: Changes,
  now: number,
): Histories {
  const listed = new Set(entries.map(({ id }) => id));
  const merged: Histories = new Map();
  for (const [id, history] of histories) {
    if (listed.has(id) || now - history.at < RETENTION_MS) merged.set(id, history);
  }
  for (const [id, { after }] of changes) if (after) merged.set(id, after);
  return merged;
}
