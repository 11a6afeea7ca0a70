/** What the file is made of; counts of endpoints. */
export interface MetadataFacts {
  readonly total: number;
  readonly working: number;
  readonly tested: number;
  readonly answered: number;
  readonly died: number;
  readonly revived: number;
  /** Of what answered, milliseconds. */
  readonly latencies: readonly number[];
  /** Working ones by protocol. */
  readonly protocols: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `metadata.json` as ConfigStream publishes it, which perf-regression compares run by run. */
export function renderMetadata(facts: MetadataFacts): string {
  const { total, working, tested, answered, died, revived, latencies, protocols, now } = facts;
  const sum = latencies.reduce((all, one) => all + one, 0);
  const metadata = {
    generated_at: new Date(now).toISOString(),
    proxy_count: total,
    working_count: working,
    tested_count: tested,
    stats: {
      total_tested: tested,
      total_working: working,
      died,
      revived,
      // Without a test there is no rate: missing, never 0.
      ...(tested > 0 && { success_rate: Number(((100 * answered) / tested).toFixed(2)) }),
      ...(latencies.length > 0 && {
        average_latency_ms: Number((sum / latencies.length).toFixed(2)),
      }),
      protocols,
    },
  };
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}
