/** A measurement of an action and another tool in the same run. */
export interface Benchmark {
  readonly title: string;
  /** How it was measured, in a few sentences. */
  readonly method: string;
  readonly run: () => Promise<Table>;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
