import type { RunRecord, SeriesName } from './record.ts';

/** Stores the runs of each series. */
export interface HistoryStore {
  /** The runs of a series, oldest first; empty without a history. */
  readonly read: (series: SeriesName) => Promise<readonly RunRecord[]>;
  /**
   * Adds runs of one series; other jobs may write at the same time. Returns the location of the last
   * one for the report; empty if the store did not accept it.
   */
  readonly write: (records: readonly RunRecord[]) => Promise<string>;
}
