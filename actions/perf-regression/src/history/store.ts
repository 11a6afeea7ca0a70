import type { RunRecord, SeriesName } from './record.ts';

/** Where runs are remembered. */
export interface HistoryStore {
  /** The runs of a series, oldest first; none where there is no history yet. */
  readonly read: (series: SeriesName) => Promise<readonly RunRecord[]>;
  /** Remembers a run, whoever writes at the same time. Returns where, for people. */
  readonly write: (record: RunRecord) => Promise<string>;
}

/** Most runs of a series that are kept. */
const MOST_RUNS = 2_000;

/** The runs of a series that have to go when one is added, oldest first. */
export function overflow<T extends RunRecord>(records: readonly T[]): readonly T[] {
  return records.slice(0, Math.max(0, records.length + 1 - MOST_RUNS));
}
