import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { md } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import { NO_SHIFT } from '../compare/common-shift.ts';
import type { Inputs } from '../inputs.ts';
import type { ReadResult } from '../measurement.ts';
import { outputsOf } from '../report/report.ts';
import { countStates } from '../verdict.ts';
import type { SeriesName } from './record.ts';
import { recordOf } from './recording.ts';
import type { HistoryStore } from './store.ts';

/**
 * Remembers results, and what is imported, without judging them: each is a baseline for later runs.
 *
 * @param sha of the commit that the results are of
 */
export async function recordOnly(
  { import: path }: Inputs,
  results: ReadResult | undefined,
  { series, store, sha }: { series: SeriesName; store: HistoryStore; sha: string },
  { workspace, run, clock }: ActionContext,
): Promise<Outcome> {
  const imported =
    path === ''
      ? []
      : await (await import('./import-history.ts')).importedRecords(
          path,
          series,
          results,
          workspace,
        );
  const own =
    results === undefined
      ? []
      : [recordOf({ series, results, rows: [], run, sha, now: clock.now(), accepted: false })];
  const historyFile = await store.write([...imported, ...own]);
  const parts = [
    ...(imported.length > 0 ? [pluralize(imported.length, 'imported run')] : []),
    ...(results === undefined
      ? []
      : [`${pluralize(results.measurements.length, 'metric')} of this run`]),
  ];
  const remembered = `${parts.join(' and ')} of ${series.suite} on ${series.environment}`;
  const message = historyFile === '' ? `Not remembered: ${remembered}` : `Remembered ${remembered}`;
  const counts = countStates([]);
  return {
    verdict: historyFile === '' ? 'unknown' : 'pass',
    message,
    outputs: outputsOf({ rows: [], counts, shift: NO_SHIFT, historyFile, htmlFile: '' }),
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
