import type { RunRecord } from '../history/record.ts';
import type { Measurement, ReadResult } from '../measurement.ts';
import { metricKey } from './pairing.ts';

/** The value of one metric in one run. */
export interface Point {
  readonly run: RunRecord;
  readonly value: number;
  /** Whether it can be a baseline. */
  readonly accepted: boolean;
}

/**
 * The points of each metric by its key, oldest first. A change of the unit, or a regression that was
 * accepted by label, starts a new series.
 */
export function pointsByKey(records: readonly RunRecord[]): ReadonlyMap<string, readonly Point[]> {
  const series = new Map<string, { unit: string; points: Point[] }>();
  for (const run of records) {
    for (const { id, metric, unit, centre, regressed } of run.benches) {
      const key = metricKey({ benchmark: id, metric });
      const current = series.get(key);
      const isNew =
        current === undefined ||
        current.unit !== unit ||
        (run.status === 'accepted-by-label' && regressed === true);
      const entry = isNew ? { unit, points: [] } : current;
      entry.points.push({
        run,
        value: centre,
        accepted: regressed !== true || run.status === 'accepted-by-label',
      });
      series.set(key, entry);
    }
  }
  return new Map([...series].map(([key, { points }]) => [key, points]));
}

/** The latest accepted run, in the form of results that were read from a file. */
export function latestResult(records: readonly RunRecord[]): ReadResult {
  const last = records.findLast(({ status }) => status !== 'regressed') ?? records.at(-1);
  const measurements = (last?.benches ?? []).map(
    ({ id, metric, unit, better, kind, centre }): Measurement => ({
      benchmark: id,
      metric,
      unit,
      better,
      kind,
      centre,
      file: 'history',
    }),
  );
  return { format: 'history', measurements, failures: [], environment: {}, warnings: [] };
}
