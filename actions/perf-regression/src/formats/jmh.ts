import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** Metric of each mode. */
const MODES: ReadonlyMap<string, string> = new Map([
  ['thrpt', 'throughput'],
  ['avgt', 'time'],
  ['sample', 'sampled-time'],
  ['ss', 'single-shot-time'],
]);

/** JMH's `-rf json`. Each fork is a run, and its iterations are samples. */
export const jmh = jsonFormat(
  (root) => {
    const first = root.items[0];
    return first?.get('primaryMetric').isObject && first.get('mode').text ? 0.95 : 0;
  },
  (root, into) => {
    for (const entry of root.mustBeList()) {
      into.environment('java', entry.get('jdkVersion').text);
      into.environment('vm', entry.get('vmName').text);
      into.environment('version', entry.get('jmhVersion').text);
      const mode = entry.get('mode').mustBeText();
      const benchmark = getName(entry);
      const primary = entry.get('primaryMetric');
      addMetric(into, primary, benchmark, MODES.get(mode) ?? mode, mode === 'thrpt');
      for (const [key, metric] of entry.get('secondaryMetrics').entries) {
        // The histogram of the primary metric contains the percentiles of the sample mode.
        if (!/^p[01]\.\d+$/.test(key)) addSecondary(into, metric, benchmark, key);
      }
    }
  },
);

function addMetric(
  into: Collector,
  metric: JsonNode,
  benchmark: string,
  name: string,
  higher: boolean,
): void {
  const own = {
    benchmark,
    metric: name,
    unit: metric.get('scoreUnit').mustBeText(),
    better: higher ? ('higher' as const) : ('lower' as const),
    exact: false,
    at: metric,
  };
  const forks = getForks(metric);
  const confidence = metric.get('scoreConfidence').items;
  const spread = { low: confidence[0]?.value, high: confidence[1]?.value };
  if (forks.length === 0) into.add({ ...own, value: metric.get('score').value, spread });
  else for (const samples of forks) into.add({ ...own, samples, spread });
}

/** Adds a metric of a profiler. Only bytes per operation are comparable. */
function addSecondary(into: Collector, metric: JsonNode, benchmark: string, key: string): void {
  const name = key.replace(/^·/, '');
  if (name === 'gc.alloc.rate.norm') {
    addMetric(into, metric, benchmark, 'B/op', false);
  } else {
    const unit = metric.get('scoreUnit').text ?? '';
    const { value } = metric.get('score');
    const better = name.startsWith('gc.') ? { better: 'none' as const } : {};
    into.add({ benchmark, metric: name, unit, value, ...better, exact: false, at: metric });
  }
}

/** The samples of each fork, or the means of its histograms in the sample mode. */
function getForks(metric: JsonNode): (readonly unknown[])[] {
  const histograms = metric.get('rawDataHistogram').items;
  if (histograms.length > 0) return histograms.map((fork) => fork.items.map(computeMean));
  return metric.get('rawData').items.map((fork) => fork.items.map(({ value }) => value));
}

/** The mean of a histogram: a list of pairs of value and count. */
function computeMean(histogram: JsonNode): unknown {
  let sum = 0;
  let count = 0;
  for (const { items } of histogram.items) {
    const [value, times] = [items[0]?.value, items[1]?.value];
    if (typeof value !== 'number' || typeof times !== 'number') return null;
    sum += value * times;
    count += times;
  }
  return count === 0 ? null : sum / count;
}

/** The name contains the parameters: `numbers.Fib.recursive (n=5)`. */
function getName(entry: JsonNode): string {
  const parameters = entry.get('params').entries.map(([key, { label }]) => `${key}=${label}`);
  const name = entry.get('benchmark').mustBeText();
  return parameters.length === 0 ? name : `${name} (${parameters.join(', ')})`;
}
