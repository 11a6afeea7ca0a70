import { canonicalUnit } from '../metric/unit.ts';
import type { Reading } from './collector.ts';

/** What go bench calls by its unit alone. */
export function goMetric(written: string): Pick<Reading, 'metric' | 'unit' | 'exact'> {
  const exact = written === 'B/op' || written === 'allocs/op';
  if (written === 'ns/op') return { metric: 'time', unit: 'ns', exact };
  if (written === 'MB/s') return { metric: 'throughput', unit: written, exact };
  // `p99-ns/op` is in nanoseconds too; `bytes-written` is no `written`.
  const ending = written.slice(written.lastIndexOf('-') + 1);
  const known = canonicalUnit(ending).quantity !== 'other';
  return { metric: written, unit: known ? ending : written, exact };
}
