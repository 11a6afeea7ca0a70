import { canonicalUnit } from '../metric/unit.ts';
import type { Reading } from './reading.ts';

/** The metric of a go bench value, which has only a unit. */
export function toGoMetric(written: string): Pick<Reading, 'metric' | 'unit' | 'exact'> {
  const exact = written === 'B/op' || written === 'allocs/op';
  if (written === 'ns/op') return { metric: 'time', unit: 'ns', exact };
  if (written === 'MB/s') return { metric: 'throughput', unit: written, exact };
  // `p99-ns/op` has the unit ns/op, but `bytes-written` does not have the unit `written`.
  const ending = written.slice(written.lastIndexOf('-') + 1);
  const isKnown = canonicalUnit(ending).quantity !== 'other';
  return { metric: written, unit: isKnown ? ending : written, exact };
}
