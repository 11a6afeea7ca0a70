import type { Checkouts } from './checkouts.ts';

/** A measurement of an action and another tool in the same run. */
export interface Benchmark {
  readonly title: string;
  /** How it was measured, in a few sentences. */
  readonly method: string;
  /** Measures only the first checkout, unless `comparesCheckouts` is set. */
  readonly run: (checkouts: Checkouts) => Promise<Table>;
  /** Whether it also measures a second checkout, in turns. */
  readonly comparesCheckouts?: true;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
