import type { Failure, Measurement, ReadResult } from '../measurement.ts';
import type { MetricName, PolicyLookup } from '../rules/rules.ts';

/** One metric of one benchmark on both sides. */
export type Pair =
  | { readonly state: 'both'; readonly before: Measurement; readonly after: Measurement }
  | { readonly state: 'new'; readonly after: Measurement }
  | { readonly state: 'missing'; readonly before: Measurement }
  | { readonly state: 'renamed'; readonly before: Measurement; readonly after: Measurement }
  | { readonly state: 'unit-changed'; readonly before: Measurement; readonly after: Measurement }
  | { readonly state: 'failed'; readonly failure: Failure; readonly before?: Measurement }
  | { readonly state: 'failed-before'; readonly failure: Failure; readonly after: Measurement };

/**
 * Pairs the measurements of both sides. A declared rename (`was`) is compared; a name with the same
 * letters and digits is only reported.
 */
export function pairMeasurements(
  before: ReadResult,
  after: ReadResult,
  policyFor: PolicyLookup,
): readonly Pair[] {
  const pairs: Pair[] = [];
  // Both sides usually have the same order, which avoids a lookup for each of 100,000 metrics.
  const same = countCommonStart(before.measurements, after.measurements);
  for (let index = 0; index < same; index++) {
    pairs.push(
      toPair(before.measurements[index] as Measurement, after.measurements[index] as Measurement),
    );
  }
  const unmatched = new Map(before.measurements.slice(same).map((one) => [metricKey(one), one]));
  const failedBefore = indexFailures(before.failures);
  const added: Measurement[] = [];
  for (const measurement of after.measurements.slice(same)) {
    const { benchmark, metric } = measurement;
    const was = policyFor({ benchmark, metric }).was;
    const key =
      unmatched.has(metricKey(measurement)) || was === undefined
        ? metricKey(measurement)
        : metricKey({ benchmark: was, metric });
    const match = unmatched.get(key);
    if (match === undefined) {
      added.push(measurement);
      continue;
    }
    unmatched.delete(key);
    pairs.push(toPair(match, measurement));
  }
  for (const failure of after.failures) {
    const failedMetrics = takeFailedBefore(unmatched, failure);
    if (failedMetrics.length === 0) pairs.push({ state: 'failed', failure });
    else for (const one of failedMetrics) pairs.push({ state: 'failed', failure, before: one });
  }
  return [...pairs, ...matchRenames(added, unmatched, failedBefore)];
}

/** The number of leading measurements that are the same on both sides. */
function countCommonStart(before: readonly Measurement[], after: readonly Measurement[]): number {
  let index = 0;
  for (; index < before.length && index < after.length; index++) {
    const [one, other] = [before[index] as Measurement, after[index] as Measurement];
    if (one.benchmark !== other.benchmark || one.metric !== other.metric) break;
  }
  return index;
}

function toPair(before: Measurement, after: Measurement): Pair {
  return before.unit === after.unit
    ? { state: 'both', before, after }
    : { state: 'unit-changed', before, after };
}

function matchRenames(
  added: readonly Measurement[],
  unmatched: Map<string, Measurement>,
  failedBefore: ReadonlyMap<string, Failure>,
): readonly Pair[] {
  const candidates = Map.groupBy(unmatched.values(), normalizedKey);
  const results = added.map((after): Pair => {
    const failure =
      failedBefore.get(metricKey(after)) ?? failedBefore.get(metricKey({ ...after, metric: '' }));
    if (failure !== undefined) return { state: 'failed-before', failure, after };
    const [candidate, ...others] = candidates.get(normalizedKey(after)) ?? [];
    if (candidate === undefined || others.length > 0 || !unmatched.delete(metricKey(candidate))) {
      return { state: 'new', after };
    }
    return { state: 'renamed', before: candidate, after };
  });
  return [
    ...results,
    ...[...unmatched.values()].map((before): Pair => ({ state: 'missing', before })),
  ];
}

function takeFailedBefore(
  unmatched: Map<string, Measurement>,
  failure: Failure,
): readonly Measurement[] {
  const taken =
    failure.metric === undefined
      ? [...unmatched.values()].filter(({ benchmark }) => benchmark === failure.benchmark)
      : [unmatched.get(metricKey({ benchmark: failure.benchmark, metric: failure.metric }))].filter(
          (one) => one !== undefined,
        );
  for (const one of taken) unmatched.delete(metricKey(one));
  return taken;
}

function indexFailures(failures: readonly Failure[]): ReadonlyMap<string, Failure> {
  return new Map(
    failures.map((failure) => [
      metricKey({ benchmark: failure.benchmark, metric: failure.metric ?? '' }),
      failure,
    ]),
  );
}

/** Identifies one metric of one benchmark; neither name contains a line break. */
export function metricKey({ benchmark, metric }: MetricName): string {
  return `${benchmark}\n${metric}`;
}

/** The same for `ParseJSON`, `parse-json` and `pkg/parse_json`. */
function normalizedKey({ benchmark, metric, unit }: Measurement): string {
  const last = benchmark.split(/[/:.]/).filter(Boolean).at(-1) ?? benchmark;
  return `${last.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')}\n${metric}\n${unit}`;
}
