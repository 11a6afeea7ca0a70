/** Something that is measured side by side with a peer, in one run. */
export interface Benchmark {
  readonly title: string;
  /** How the numbers were made, in a sentence or two. */
  readonly method: string;
  readonly run: () => Promise<Table>;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
