import type { Better } from '../measurement.ts';
import { inferDirection } from '../metric/metric.ts';
import type { Collector } from './collector.ts';
import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

interface K6Metric {
  readonly name: string;
  /** `time`, `data` or `default`; missing in older files. */
  readonly contains: string;
  readonly values: JsonNode;
  readonly thresholds: readonly JsonNode[];
  /** In older files `true` means that the threshold was crossed. */
  readonly crossed: (threshold: JsonNode) => boolean;
}

/**
 * The summary of k6: `--summary-export`, the data of handleSummary(), or
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
    for (const metric of listMetrics(root)) {
      // A duplicate without the failed requests.
      if (metric.name.endsWith('{expected_response:true}')) continue;
      readThresholds(metric, into);
      readValues(metric, into);
    }
  },
);

function listMetrics(root: JsonNode): K6Metric[] {
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

function readThresholds({ name, thresholds, crossed }: K6Metric, into: Collector): void {
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

function readValues({ name, contains, values }: K6Metric, into: Collector): void {
  const own = { benchmark: name, exact: false, better: inferBetter(name, contains), at: values };
  for (const [key, { isNumber, value }] of values.entries) {
    if (!isNumber) continue;
    if (key === 'avg' || key === 'med' || /^p\(?\d/.test(key)) {
      const unit = contains === 'time' ? 'ms' : contains === 'data' ? 'B' : '';
      into.add({ ...own, metric: key, unit, value });
    } else if (isShare(values) && (key === 'rate' || key === 'value')) {
      into.add({ ...own, metric: 'rate', unit: '%', value: Number(value) * 100 });
    } else if (key === 'rate') {
      const unit = contains === 'data' || name.startsWith('data_') ? 'B/s' : '1/s';
      into.add({ ...own, metric: 'rate', unit, value });
    }
  }
}

/** The amount of data and the phases of a request are not gated. */
function inferBetter(name: string, contains: string): Better {
  if (/^(?:data_|http_req_(?:blocked|connecting|tls_handshaking|sending|receiving))/.test(name)) {
    return 'none';
  }
  if (/^(?:checks|http_reqs|iterations)(?:\{|$)/.test(name)) return 'higher';
  return contains === 'time' ? 'lower' : inferDirection('', name);
}

/** Whether the metric is a share (failed requests, passed checks), not a rate per second. */
function isShare(values: JsonNode): boolean {
  return ['passes', 'fails', 'matches'].some((key) => values.get(key).isNumber);
}
