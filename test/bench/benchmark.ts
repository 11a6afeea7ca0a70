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

/** The middle value; the mean of the two middle ones where there are two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}
