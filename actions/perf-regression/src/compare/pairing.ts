import type { Failure, Measurement, ReadResult } from '../measurement.ts';
import type { MetricName, Policy } from '../rules/rules.ts';

/** One metric of one benchmark, as both sides have it. Whoever is judged is exactly one of these. */
export type Pair =
  | { readonly state: 'both'; readonly before: Measurement; readonly after: Measurement }
  | { readonly state: 'new'; readonly after: Measurement }
  | { readonly state: 'missing'; readonly before: Measurement }
  | { readonly state: 'renamed'; readonly before: Measurement; readonly after: Measurement }
  | { readonly state: 'unit-changed'; readonly before: Measurement; readonly after: Measurement }
  | { readonly state: 'failed'; readonly failure: Failure; readonly before?: Measurement }
  | { readonly state: 'failed-before'; readonly failure: Failure; readonly after: Measurement };

export type PolicyOf = (name: MetricName) => Policy;

/**
 * Puts the measurements of both sides together. A declared rename (`was`) pairs; what merely looks
 * like one (the same letters and digits) is told, not compared.
 */
export function pairUp(before: ReadResult, after: ReadResult, policyOf: PolicyOf): readonly Pair[] {
  const pairs: Pair[] = [];
  // Mostly both sides have the same in the same order: 100,000 keys need not be made.
  const same = commonStart(before.measurements, after.measurements);
  for (let index = 0; index < same; index++) {
    pairs.push(
      pairOf(before.measurements[index] as Measurement, after.measurements[index] as Measurement),
    );
  }
  const waiting = new Map(before.measurements.slice(same).map((one) => [keyOf(one), one]));
  const failedBefore = failuresByKey(before.failures);
  const newcomers: Measurement[] = [];
  for (const measurement of after.measurements.slice(same)) {
    const { benchmark, metric } = measurement;
    const was = policyOf({ benchmark, metric }).was;
    const key =
      waiting.has(keyOf(measurement)) || was === undefined
        ? keyOf(measurement)
        : keyOf({ benchmark: was, metric });
    const match = waiting.get(key);
    if (match === undefined) {
      newcomers.push(measurement);
      continue;
    }
    waiting.delete(key);
    pairs.push(pairOf(match, measurement));
  }
  for (const failure of after.failures) {
    const gone = takeFailed(waiting, failure);
    if (gone.length === 0) pairs.push({ state: 'failed', failure });
    else for (const one of gone) pairs.push({ state: 'failed', failure, before: one });
  }
  return [...pairs, ...withRenames(newcomers, waiting, failedBefore)];
}

/** How many measurements, from the first on, both sides have in the same order. */
function commonStart(before: readonly Measurement[], after: readonly Measurement[]): number {
  let index = 0;
  for (; index < before.length && index < after.length; index++) {
    const [one, other] = [before[index] as Measurement, after[index] as Measurement];
    if (one.benchmark !== other.benchmark || one.metric !== other.metric) break;
  }
  return index;
}

function pairOf(before: Measurement, after: Measurement): Pair {
  return before.unit === after.unit
    ? { state: 'both', before, after }
    : { state: 'unit-changed', before, after };
}

function withRenames(
  newcomers: readonly Measurement[],
  waiting: Map<string, Measurement>,
  failedBefore: ReadonlyMap<string, Failure>,
): readonly Pair[] {
  const lookalikes = Map.groupBy(waiting.values(), looseKey);
  const arrivals = newcomers.map((after): Pair => {
    const failure =
      failedBefore.get(keyOf(after)) ?? failedBefore.get(keyOf({ ...after, metric: '' }));
    if (failure !== undefined) return { state: 'failed-before', failure, after };
    const [like, ...others] = lookalikes.get(looseKey(after)) ?? [];
    if (like === undefined || others.length > 0 || !waiting.delete(keyOf(like))) {
      return { state: 'new', after };
    }
    return { state: 'renamed', before: like, after };
  });
  return [
    ...arrivals,
    ...[...waiting.values()].map((before): Pair => ({ state: 'missing', before })),
  ];
}

function takeFailed(waiting: Map<string, Measurement>, failure: Failure): readonly Measurement[] {
  const taken =
    failure.metric === undefined
      ? [...waiting.values()].filter(({ benchmark }) => benchmark === failure.benchmark)
      : [waiting.get(keyOf({ benchmark: failure.benchmark, metric: failure.metric }))].filter(
          (one) => one !== undefined,
        );
  for (const one of taken) waiting.delete(keyOf(one));
  return taken;
}

function failuresByKey(failures: readonly Failure[]): ReadonlyMap<string, Failure> {
  return new Map(
    failures.map((failure) => [
      keyOf({ benchmark: failure.benchmark, metric: failure.metric ?? '' }),
      failure,
    ]),
  );
}

/** Names one metric of one benchmark; both may hold anything but line breaks. */
export function keyOf({ benchmark, metric }: MetricName): string {
  return `${benchmark}\n${metric}`;
}

/** Equal for `ParseJSON`, `parse-json` and `pkg/parse_json`. */
function looseKey({ benchmark, metric, unit }: Measurement): string {
  const last = benchmark.split(/[/:.]/).filter(Boolean).at(-1) ?? benchmark;
  return `${last.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')}\n${metric}\n${unit}`;
}
