import type { RunRecord } from '../history/record.ts';
import type { Measurement, ReadResult } from '../measurement.ts';
import { keyOf } from './pairing.ts';

/** A run's value of one metric. */
export interface Point {
  readonly run: RunRecord;
  readonly value: number;
  /** Whether it may be part of a baseline. */
  readonly accepted: boolean;
}

/**
 * The points of each metric, oldest first, by its key. Where the unit changed, or a worse level was
 * accepted by label, the series begins anew.
 */
export function pointsByKey(records: readonly RunRecord[]): ReadonlyMap<string, readonly Point[]> {
  const series = new Map<string, { unit: string; points: Point[] }>();
  for (const run of records) {
    for (const { id, metric, unit, centre, regressed } of run.benches) {
      const key = keyOf({ benchmark: id, metric });
      const known = series.get(key);
      const fresh =
        known === undefined ||
        known.unit !== unit ||
        (run.status === 'accepted-by-label' && regressed === true);
      const entry = fresh ? { unit, points: [] } : known;
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

/** The latest run that was read as a whole, as if its results were read from a file. */
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
