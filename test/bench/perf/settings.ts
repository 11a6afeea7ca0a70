import type { Normalize, Settings } from '../../../actions/perf-regression/src/compare/settings.ts';
import type { Measurement, ReadResult } from '../../../actions/perf-regression/src/measurement.ts';
import { resolvePolicy } from '../../../actions/perf-regression/src/rules/rules.ts';
import { threshold } from '../../../actions/perf-regression/src/rules/threshold.ts';
import { uDistributions } from '../../../actions/perf-regression/src/statistics/u-distribution.ts';

const defaults = { warn: threshold().parse('10%'), fail: threshold().parse('20%') };

/** The defaults of action.yml. */
export function settings(normalize: Normalize = { kind: 'auto' }): Settings {
  return {
    policyFor: (name) => resolvePolicy([], defaults, name),
    alpha: 0.05,
    minSamples: 5,
    normalize,
    distributions: uDistributions(),
  };
}

export function toResult(measurements: readonly Measurement[]): ReadResult {
  return { format: 'go', measurements, failures: [], environment: {}, warnings: [] };
}

export function time(benchmark: string, centre: number, samples?: readonly number[]): Measurement {
  return {
    benchmark,
    metric: 'time',
    unit: 'ns',
    better: 'lower',
    kind: samples ? 'sampled' : 'summary',
    centre,
    ...(samples && { samples }),
    file: 'simulated',
  };
}
