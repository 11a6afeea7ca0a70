import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** BenchmarkDotNet's JSON exporters (full, brief and compressed), in nanoseconds. */
export const benchmarkdotnet = jsonFormat(
  (root) => (root.get('HostEnvironmentInfo').isObject && root.get('Benchmarks').isList ? 0.95 : 0),
  (root, into) => {
    const host = root.get('HostEnvironmentInfo');
    into.environment('cpu', host.get('ProcessorName').text);
    into.environment('runtime', host.get('RuntimeVersion').text);
    into.environment('version', host.get('BenchmarkDotNetVersion').text);
    const entries = root.get('Benchmarks').mustBeList();
    const names = entries.map(getName);
    entries.forEach((entry, index) => {
      const name = names[index] ?? '';
      // A method that is measured by several jobs (runtimes) is several benchmarks.
      const several = names.filter((one) => one === name).length > 1;
      const benchmark = several ? `${name} [${getJob(entry)}]` : name;
      const statistics = entry.get('Statistics');
      if (!statistics.isObject) {
        const reason = 'has no statistics, because it failed or did not run';
        into.fail({ benchmark, state: 'failed', reason, line: entry.line });
        return;
      }
      const values = statistics.get('OriginalValues').items.map(({ value }) => value);
      into.add({
        benchmark,
        metric: 'time',
        unit: 'ns',
        value: statistics.get('Median').value,
        at: statistics,
        ...(values.length > 0 ? { samples: values } : {}),
        spread: { low: statistics.get('Q1').value, high: statistics.get('Q3').value },
        exact: false,
      });
      const allocated = entry.get('Memory', 'BytesAllocatedPerOperation');
      if (allocated.isNumber) {
        const { value } = allocated;
        into.add({ benchmark, metric: 'B/op', unit: 'B', value, exact: true });
      }
    });
  },
);

/** `Namespace.Type.Method(n: 10)`; the namespace may be null. */
function getName(entry: JsonNode): string {
  const full = entry.get('FullName').text;
  if (full !== undefined) return full;
  const parts = ['Namespace', 'Type', 'Method'].map((key) => entry.get(key).text);
  const name = parts.filter((part) => part !== undefined).join('.');
  const parameters = entry.get('Parameters').text;
  return parameters === undefined ? name : `${name}(${parameters})`;
}

/** The job in `Benchmarks.Fib: Job-ABC(Runtime=.NET 9.0) [n=10]`. */
function getJob(entry: JsonNode): string {
  const info = entry.get('DisplayInfo').text ?? '';
  return info.slice(info.indexOf(': ') + 1).trim() || 'another job';
}
