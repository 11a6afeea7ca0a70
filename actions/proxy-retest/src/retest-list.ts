import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import { pluralize } from '@repo/core/text/pluralize';
import { type Choice, choose } from './choose.ts';
import { NOTHING_CHANGED } from './finish.ts';
import type { Finding } from './history/history.ts';
import { openJournal } from './history/journal.ts';
import type { Inputs } from './inputs.ts';
import { examine } from './judge/examine.ts';
import { loadEngine } from './load-engine.ts';
import { publish } from './publish.ts';
import { report } from './report.ts';
import { type Asker, retest } from './retest.ts';
import type { StopReason } from './run-facts.ts';
import { writeShard, writeVoidShard } from './shard-results.ts';
import { type Entry, endpointAt } from './survey.ts';
import { engineLane, isNative } from './test/engine-lane.ts';
import { testerOf } from './tester.ts';
import { readWorld, type World } from './world.ts';

/** What the tests leave of the budget: the targets are asked once more, the list is written. */
const LAST_CHECK_MS = 700;

/** Tests what is due within the budget, and writes what came of it. */
export async function retestList(inputs: Inputs, context: ActionContext): Promise<Outcome> {
  const { clock, log } = context;
  const start = clock.monotonic();
  await using world = await readWorld(inputs, context);
  const { found, histories, resumed, places } = world;
  const choice = choose(found.entries, histories, resumed, inputs, {
    now: clock.now(),
    random: Math.random,
  });
  log.info(
    `${pluralize(found.records.length, 'record')}, ${pluralize(found.entries.length, 'endpoint')}, ${choice.selected} selected, ${choice.planned} planned`,
  );
  const told = {
    found,
    choice,
    resumed: resumed.size,
    list: places.output,
    state: places.state,
    brokenState: world.brokenState,
  };
  const durationMs = () => clock.monotonic() - start;
  if (inputs.mode === 'plan') {
    const nothing = { ...NOTHING_CHANGED, stopReason: 'done' } as const;
    return report({
      ...told,
      ...nothing,
      notes: world.notes,
      mode: 'plan',
      durationMs: durationMs(),
    });
  }
  // What reading took, writing will take too.
  const reserve = LAST_CHECK_MS + 1.5 * durationMs();
  const budget = inputs.budgetMinutes;
  const testingMs = Math.max(budget / 2, budget - durationMs() - reserve);
  const {
    findings,
    stopReason,
    notes: heard,
  } = await test(world, choice, testingMs, inputs, context);
  const finished =
    stopReason === 'void'
      ? inputs.shard
        ? await writeVoidShard(inputs, context)
        : NOTHING_CHANGED
      : inputs.shard
        ? await writeShard(world, findings, inputs, context)
        : await publish(world, findings, inputs, context);
  const notes = [...world.notes, ...heard, ...finished.notes];
  return report({
    ...told,
    ...finished,
    notes,
    stopReason,
    mode: 'retest',
    durationMs: durationMs(),
  });
}

const NO_JUDGE =
  'judge-url does not answer with JSON that has headers, so nothing was looked at by it.';

interface TestRun {
  readonly findings: ReadonlyMap<string, Finding>;
  readonly stopReason: StopReason;
  readonly notes: readonly string[];
}

async function test(
  world: World,
  { order }: Choice,
  testingMs: number,
  inputs: Inputs,
  context: ActionContext,
): Promise<TestRun> {
  const { clock, log } = context;
  const findings = new Map(world.resumed);
  const notes: string[] = [];
  if (order.length === 0) return { findings, stopReason: 'done', notes };
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), testingMs);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  try {
    const tester = await testerOf(inputs, context, signal);
    await tester.control.check(signal);
    if (tester.control.up().length === 0 && !signal.aborted) {
      return { findings, stopReason: 'void', notes };
    }
    if (tester.judge && !tester.judge.examine) notes.push(NO_JUDGE);
    const endpointOf = (entry: Entry) => endpointAt(world.found, entry);
    await using lane = engineLane({
      order,
      endpointOf,
      loadEngine: () => loadEngine(inputs, context, signal),
      ask: (via, target, attempt) => tester.ask(via, target, attempt, true),
      findAddress: tester.findAddress,
      connectTimeoutMs: inputs.connectTimeout,
      signal,
    });
    // Before the first test: one that cannot be used must not end a run in the middle.
    await lane.load();
    const ask: Asker = (endpoint, entry, target, attempt) =>
      isNative(endpoint) ? tester.ask(endpoint, target, attempt) : lane.ask(entry, target, attempt);
    const journal = inputs.dryRun ? undefined : openJournal(world.places.journal);
    try {
      const title = `Testing ${pluralize(order.length, 'endpoint')} for at most ${formatDuration(testingMs)}`;
      await log.group(title, () =>
        retest(order, {
          ...inputs,
          clock,
          log,
          signal,
          control: tester.control,
          ask,
          examine: (endpoint, entry, finding) =>
            examine(finding, tester.judge, (target) => ask(endpoint, entry, target, 0)),
          done: lane.done,
          endpointOf,
          // Another one than last time: "died" takes two.
          turn: ({ id }) =>
            Number.parseInt(id.slice(0, 8), 16) + (world.histories.get(id)?.fails ?? 0),
          lastCheckMs: LAST_CHECK_MS,
          record: ({ id }, finding) => {
            findings.set(id, finding);
            journal?.add(id, finding);
          },
        }),
      );
    } finally {
      journal?.close();
    }
  } finally {
    clearTimeout(timer);
  }
  const untested = order.some(({ id }) => !findings.has(id));
  if (context.signal.aborted) return { findings, stopReason: 'cancelled', notes };
  return { findings, stopReason: untested && deadline.signal.aborted ? 'budget' : 'done', notes };
}
