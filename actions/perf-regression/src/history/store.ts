import { fileOf, type RunRecord, type SeriesName } from './record.ts';

/** Where runs are remembered. */
export interface HistoryStore {
  /** The runs of a series, oldest first; none where there is no history yet. */
  readonly read: (series: SeriesName) => Promise<readonly RunRecord[]>;
  /**
   * Remembers runs of one series, whoever writes at the same time. Returns where the last of them
   * is, for people; empty where the store takes nothing from this run.
   */
  readonly write: (records: readonly RunRecord[]) => Promise<string>;
}

/** Most runs of a series that are kept. */
const MOST_RUNS = 2_000;

/** The runs of a series that have to go when others are added, oldest first. */
export function overflow(
  records: readonly RunRecord[],
  added: readonly RunRecord[],
  most = MOST_RUNS,
): readonly RunRecord[] {
  const names = new Set(added.map(fileOf));
  const others = records.filter((record) => !names.has(fileOf(record)));
  return others.slice(0, Math.max(0, others.length + added.length - most));
}
