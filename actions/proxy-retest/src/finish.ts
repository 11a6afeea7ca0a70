import { access } from 'node:fs/promises';
import type { ActionContext } from '@repo/core/action/context';
import { type Changes, changesBy, type Guard, massDeath } from './changes.ts';
import { writeFurther } from './further-outputs.ts';
import { placeFinder } from './geo.ts';
import type { Finding } from './history/history.ts';
import { removeJournal } from './history/journal.ts';
import type { Histories } from './history/state-file.ts';
import type { Inputs } from './inputs.ts';
import type { Published } from './list/read-record.ts';
import type { World } from './world.ts';
import { rewritingOf, type WriteRules, writeList, writeSideFile } from './write-list.ts';

/** What became of the findings. */
export interface Finished {
  readonly changes: Changes;
  readonly guard: Guard | undefined;
  /** The list was written. */
  readonly changed: boolean;
  readonly notes: readonly string[];
}

export const NOTHING_CHANGED: Finished = {
  changes: new Map(),
  guard: undefined,
  changed: false,
  notes: [],
};

/** What is known of endpoints that left the list is forgotten after so long. */
const FORGET_MS = 7 * 86_400_000;

/** Turns findings into the new list, state and further files. The list is written first. */
export async function finish(
  world: World,
  findings: ReadonlyMap<string, Finding>,
  inputs: Inputs,
  { clock, workspace, log }: ActionContext,
): Promise<Finished> {
  const { found, histories, places, original, store } = world;
  const now = clock.now();
  const changes = changesBy(findings, histories);
  const published = new Map(found.entries.map((entry) => [entry.id, entry.published]));
  const guard = massDeath(changes, (id) => published.get(id) ?? NONE, inputs.minRetainRatio);
  if (inputs.dryRun) return { changes, guard, changed: false, notes: [] };
  if (guard.holds) {
    // The journal goes too: it would bring the same deaths back.
    removeJournal(places.journal);
    return { changes, guard, changed: false, notes: [] };
  }
  const findPlace = await placeFinder(inputs.mmdb, workspace);
  const rules: WriteRules = { ...inputs, now, findPlace };
  const rewriting = rewritingOf(found, changes, histories, rules);
  const isElsewhere = places.output !== places.list && !(await exists(places.output));
  const changed = rewriting.isMaterial || isElsewhere;
  if (changed) {
    log.info('Writing the list');
    await writeList(places.output, found, changes, rewriting, rules, original);
  }
  const known = remembered(world, changes, now);
  const notes: string[] = [];
  if (changes.size > 0) {
    const note = await store.write(known);
    if (note !== undefined) notes.push(note);
    if (inputs.compat && changed) await writeSideFile(places.output, found, known);
  }
  const facts = { found, changes, known, changed, workspace, now };
  notes.push(...(await writeFurther(inputs.outputs, facts)));
  removeJournal(places.journal);
  return { changes, guard, changed, notes };
}

const NONE: Published = {};

/** All that is known after the run. */
function remembered({ histories, found }: World, changes: Changes, now: number): Histories {
  const listed = new Set(found.entries.map(({ id }) => id));
  const all: Histories = new Map();
  for (const [id, history] of histories) {
    if (listed.has(id) || now - history.at < FORGET_MS) all.set(id, history);
  }
  for (const [id, { after }] of changes) if (after) all.set(id, after);
  return all;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
