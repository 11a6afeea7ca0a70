/** Counts of endpoints. */
export interface MetadataValues {
  readonly total: number;
  readonly working: number;
  readonly tested: number;
  readonly answered: number;
  readonly died: number;
  readonly revived: number;
  /** Latencies of the endpoints that answered, in milliseconds. */
  readonly latencies: readonly number[];
  /** Working endpoints by protocol. */
  readonly protocols: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** ConfigStream's `metadata.json`, which perf-regression can compare from run to run. */
export function formatMetadata(facts: MetadataValues): string {
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
      // A rate of 0 tests is unknown, not 0.
      ...(tested > 0 && { success_rate: Number(((100 * answered) / tested).toFixed(2)) }),
      ...(latencies.length > 0 && {
        average_latency_ms: Number((sum / latencies.length).toFixed(2)),
      }),
      protocols,
    },
  };
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}
