import type { RunRecord, SeriesName } from './record.ts';

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
