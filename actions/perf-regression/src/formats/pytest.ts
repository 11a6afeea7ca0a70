import { jsonFormat } from './format.ts';

/** pytest-benchmark's `--benchmark-json`, in seconds; `stats.data` contains the rounds. */
export const pytest = jsonFormat(
  (root) => {
    const first = root.get('benchmarks').items[0];
    if (root.get('machine_info').isObject && root.get('benchmarks').isList) return 0.95;
    return first?.get('stats').isObject && first.get('fullname').text !== undefined ? 0.9 : 0;
  },
  (root, into) => {
    into.environment('cpu', root.get('machine_info', 'cpu', 'brand_raw').text);
    into.environment('cpu', root.get('machine_info', 'cpu', 'brand').text);
    into.environment('python', root.get('machine_info', 'python_version').text);
    into.environment('version', root.get('version').text);
    for (const item of root.get('benchmarks').mustBeList()) {
      const name = item.get('fullname').text ?? item.get('name').mustBeText();
      const stats = item.get('stats');
      const data = stats.get('data').items.map(({ value }) => value);
      const isComplete = data.length > 0 && data.every((value) => typeof value === 'number');
      into.add({
        benchmark: name,
        metric: 'time',
        unit: 's',
        at: item,
        value: stats.get('median').value,
        ...(isComplete ? { samples: data } : {}),
        spread: { low: stats.get('q1').value, high: stats.get('q3').value },
        exact: false,
      });
    }
  },
);
