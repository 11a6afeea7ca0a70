import { debugEach, limitDebug } from '@repo/core/action/log';
import { formatDuration } from '@repo/core/inputs/duration';
import { pluralize } from '@repo/core/text/pluralize';
import type { Context } from './context.ts';
import { testEndpoints } from './endpoint-test/endpoint-test.ts';
import { createEngineLane, isNative } from './endpoint-test/engine-lane.ts';
import { createTester, type Tester } from './endpoint-test/tester.ts';
import { loadEngine } from './engine/load-engine.ts';
import { describeResult, type TestResult } from './history/history.ts';
import { openJournal } from './history/journal.ts';
import { type ListEntry, readEndpointAt } from './list/list.ts';
import type { Plan } from './plan.ts';
import { NOTHING_PUBLISHED, type PublishResult, publish } from './publish/publish.ts';
import { writeInconclusiveShard, writeShardResults } from './publish/shard-results.ts';
import type { Survey } from './survey.ts';

/** Why a run stopped testing; `targets-down`: no target answered directly. */
export type StopReason = 'done' | 'budget' | 'cancelled' | 'targets-down';

/** What a run tested and wrote. */
export interface ActResult extends PublishResult {
  readonly stopReason: StopReason;
}

export const NOT_ACTED: ActResult = { ...NOTHING_PUBLISHED, stopReason: 'done' };

/** Reserved at the end of the budget to request the targets once more and to write the list. */
const LAST_CHECK_MS = 700;

/**
 * Tests the planned endpoints within the budget, then writes the list or the results of the shard.
 *
 * @param elapsedMs how much of the budget is already spent
 */
export async function act(
  context: Context,
  surveyed: Survey,
  { order }: Plan,
  elapsedMs: number,
): Promise<ActResult> {
  const { inputs } = context;
  const testingMs = computeTestingMs(inputs.budget, elapsedMs);
  const { results, stopReason, notes } = await testPlanned(context, surveyed, order, testingMs);
  const published = await write(context, surveyed, results, stopReason);
  return { ...published, stopReason, notes: [...notes, ...published.notes] };
}

/** Writing takes about as long as reading did. */
function computeTestingMs(budgetMs: number, elapsedMs: number): number {
  const reserveMs = LAST_CHECK_MS + 1.5 * elapsedMs;
  return Math.max(budgetMs / 2, budgetMs - elapsedMs - reserveMs);
}

function write(
  context: Context,
  surveyed: Survey,
  results: ReadonlyMap<string, TestResult>,
  stopReason: StopReason,
): Promise<PublishResult> | PublishResult {
  const isInconclusive = stopReason === 'targets-down';
  if (context.inputs.shard) {
    return isInconclusive
      ? writeInconclusiveShard(context)
      : writeShardResults(context, surveyed, results);
  }
  return isInconclusive ? NOTHING_PUBLISHED : publish(context, surveyed, results);
}

interface TestRun {
  readonly results: ReadonlyMap<string, TestResult>;
  readonly stopReason: StopReason;
  readonly notes: readonly string[];
}

async function testPlanned(
  context: Context,
  surveyed: Survey,
  order: readonly ListEntry[],
  testingMs: number,
): Promise<TestRun> {
  const { inputs } = context;
  const results = new Map(surveyed.resumed);
  if (order.length === 0) return { results, stopReason: 'done', notes: [] };
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), testingMs);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  const notes: string[] = [];
  try {
    const tester = await createTester(context, signal);
    await tester.monitor.check(signal);
    const available = new Set(tester.monitor.available().map(({ url }) => url));
    debugEach(context.log, inputs.targets, (target) => {
      const answered = available.has(target) ? 'answered' : 'did not answer';
      return `target ${target.origin}${target.pathname} ${answered} directly`;
    });
    if (tester.monitor.available().length === 0 && !signal.aborted) {
      return { results, stopReason: 'targets-down', notes };
    }
    if (tester.judge && !tester.judge.isUsable) notes.push(JUDGE_UNUSABLE);
    const title = `Testing ${pluralize(order.length, 'endpoint')} for at most ${formatDuration(testingMs)}`;
    await context.log.group(title, () =>
      testWith(tester, context, surveyed, order, signal, results),
    );
  } finally {
    clearTimeout(timer);
  }
  const isIncomplete = order.some(({ id }) => !results.has(id));
  if (context.signal.aborted) return { results, stopReason: 'cancelled', notes };
  return {
    results,
    stopReason: isIncomplete && deadline.signal.aborted ? 'budget' : 'done',
    notes,
  };
}

const JUDGE_UNUSABLE =
  'judge-url does not answer with JSON that has headers. Proxies were not checked for tampering.';

/** Tests the endpoints in order; adds each result to `results` and to the journal. */
async function testWith(
  tester: Tester,
  context: Context,
  surveyed: Survey,
  order: readonly ListEntry[],
  signal: AbortSignal,
  results: Map<string, TestResult>,
): Promise<void> {
  const { inputs, clock, log, paths } = context;
  const debugResult = limitDebug(log.debug, 'endpoints');
  const readEndpoint = (entry: ListEntry) => readEndpointAt(surveyed.list, entry);
  await using lane = createEngineLane({
    order,
    readEndpoint,
    loadEngine: () => loadEngine(context, signal),
    request: tester.requestThroughEngine,
    findAddress: tester.findAddress,
    connectTimeoutMs: inputs.connectTimeout,
    signal,
  });
  // Loaded before the first test, because an unusable engine has to fail the run at its start.
  await lane.load();
  const journal = inputs.dryRun ? undefined : openJournal(paths.journal);
  try {
    await testEndpoints(order, {
      attempts: inputs.attempts,
      concurrency: inputs.concurrency,
      perHost: inputs.perHost,
      rate: inputs.rate,
      clock,
      log,
      signal,
      monitor: tester.monitor,
      request: (endpoint, entry, target, attempt) =>
        isNative(endpoint)
          ? tester.request(endpoint, target, attempt)
          : lane.request(entry, target, attempt),
      judge: tester.judge,
      release: lane.release,
      readEndpoint,
      // Each failure in a row starts with another target: an endpoint is dead after failing on two.
      selectFirstTarget: ({ id }) =>
        Number.parseInt(id.slice(0, 8), 16) + (surveyed.histories.get(id)?.fails ?? 0),
      lastCheckMs: LAST_CHECK_MS,
      onResult: ({ id }, result) => {
        results.set(id, result);
        debugResult(() => `endpoint ${id.slice(0, 12)}: ${describeResult(result)}`);
        journal?.add(id, result);
      },
    });
  } finally {
    journal?.close();
  }
}
