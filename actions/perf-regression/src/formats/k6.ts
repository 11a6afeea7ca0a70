import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

interface Metric {
  readonly name: string;
  /** `time`, `data` or `default`; the older files do not say it. */
  readonly contains: string;
  readonly values: JsonNode;
  readonly thresholds: readonly JsonNode[];
  /** In the older files `true` means that the threshold was crossed. */
  readonly crossed: (threshold: JsonNode) => boolean;
}

/**
 * k6's end-of-test summary: `--summary-export`, the data of handleSummary(), and
 * `--new-machine-readable-summary`. Times are in milliseconds. A crossed threshold is a failure.
 */
export const k6 = jsonFormat(
  (root) => {
    if (root.get('metadata', 'k6_version').text !== undefined) return 0.95;
    const metrics = root.get('metrics');
    if (!metrics.isObject) return 0;
    if (metrics.get('iterations').isObject && metrics.get('iteration_duration').isObject)
      return 0.95;
    return root.get('root_group').isObject ? 0.9 : 0;
  },
  (root, into) => {
    into.environment('version', root.get('metadata', 'k6_version').text);
    for (const metric of metricsOf(root)) {
      readThresholds(metric, into);
      readValues(metric, into);
    }
  },
);

function metricsOf(root: JsonNode): Metric[] {
  const results = root.get('results');
  const listed = [...results.get('checks', 'metrics').items, ...results.get('metrics').items];
  if (listed.length > 0) {
    return listed.map((node) => ({
      name: node.get('name').mustBeText(),
      contains: node.get('contains').text ?? '',
      values: node.get('values'),
      thresholds: node.get('thresholds').entries.map(([, threshold]) => threshold),
      crossed: (threshold) => threshold.get('ok').value === false,
    }));
  }
  return root.get('metrics').entries.map(([name, node]) => {
    const legacy = !node.get('values').isObject;
    return {
      name,
      contains: node.get('contains').text ?? (TIMES.test(name) ? 'time' : ''),
      values: legacy ? node : node.get('values'),
      thresholds: node.get('thresholds').entries.map(([, threshold]) => threshold),
      crossed: (threshold) => threshold.value === true || threshold.get('ok').value === false,
    };
  });
}

const TIMES =
  /^(?:http_req_(?!failed)\w+|iteration_duration|group_duration|\w+_(?:duration|connecting)|ws_ping)(?:\{|$)/;

function readThresholds({ name, thresholds, crossed }: Metric, into: Collector): void {
  for (const threshold of thresholds.filter(crossed)) {
    const reason = `the threshold ${String(threshold.path.at(-1))} was crossed`;
    into.fail({
      benchmark: name,
      metric: 'threshold',
      state: 'failed',
      reason,
      line: threshold.line,
    });
  }
}

function readValues({ name, contains, values }: Metric, into: Collector): void {
  const own = { benchmark: name, exact: false };
  for (const [key, { isNumber, value }] of values.entries) {
    if (!isNumber) continue;
    if (key === 'avg' || key === 'med' || /^p\(?\d/.test(key)) {
      const unit = contains === 'time' ? 'ms' : contains === 'data' ? 'B' : '';
      into.add({ ...own, metric: key, unit, value });
    } else if (isShare(values) && (key === 'rate' || key === 'value')) {
      into.add({ ...own, metric: 'rate', unit: '%', value: Number(value) * 100 });
    } else if (key === 'rate') {
      const data = contains === 'data' || name.startsWith('data_');
      const unit = data ? 'B/s' : '1/s';
      // How much was sent says something of the test, not of what is tested.
      into.add({ ...own, metric: 'rate', unit, value, better: data ? 'none' : 'higher' });
    }
  }
}

/** A share of all (failed requests, passed checks) instead of a number for each second. */
function isShare(values: JsonNode): boolean {
  return ['passes', 'fails', 'matches'].some((key) => values.get(key).isNumber);
}
