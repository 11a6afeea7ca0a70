import type { Outcome } from '@repo/core/action/outcome';
import { md } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import { NO_SHIFT } from '../compare/common-shift.ts';
import type { Context } from '../context.ts';
import { createRecord, type RunRecord } from '../history/record.ts';
import type { ReadResult } from '../measurement.ts';
import { toOutputs } from '../report/report.ts';
import { readOwnResults } from '../result-files.ts';
import { countStates } from '../verdict.ts';

/** `mode: record`: adds results and an imported history without judging them. */
export async function record(context: Context): Promise<Outcome> {
  const { inputs, action, series, store } = context;
  if (store === undefined) throw new Error('mode: record needs a store');
  const results = await readOwnResults(inputs, action.workspace);
  const imported = await readImport(results, context);
  const historyFile = await store.write([...imported, ...recordResults(results, context)]);
  const parts = [
    ...(imported.length > 0 ? [pluralize(imported.length, 'imported run')] : []),
    ...(results === undefined
      ? []
      : [`${pluralize(results.measurements.length, 'metric')} of this run`]),
  ];
  const content = `${parts.join(' and ')} of ${series.suite} on ${series.environment}`;
  const message = historyFile === '' ? `Not recorded: ${content}` : `Recorded ${content}`;
  return {
    verdict: historyFile === '' ? 'unknown' : 'pass',
    message,
    outputs: toOutputs({
      rows: [],
      counts: countStates([]),
      shift: NO_SHIFT,
      historyFile,
      htmlFile: '',
    }),
    result: {
      kind: 'recorded',
      series,
      imported: imported.length,
      metrics: results?.measurements.length ?? 0,
      ...(historyFile !== '' && { historyFile }),
    },
    summary: [md`${message}.`],
    annotations: (results?.warnings ?? []).map((warning) => ({
      level: 'warning',
      title: 'perf-regression',
      message: warning,
    })),
  };
}

async function readImport(
  results: ReadResult | undefined,
  { inputs, series, action }: Context,
): Promise<readonly RunRecord[]> {
  if (inputs.import === '') return [];
  const { importRecords } = await import('../history/import-history.ts');
  return importRecords(inputs.import, series, results, action.workspace);
}

function recordResults(
  results: ReadResult | undefined,
  { series, sha, action }: Context,
): readonly RunRecord[] {
  if (results === undefined) return [];
  const now = action.clock.now();
  return [createRecord({ series, results, rows: [], run: action.run, sha, now, accepted: false })];
}
