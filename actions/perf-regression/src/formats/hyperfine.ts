import { jsonFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';

/** hyperfine's `--export-json` in version 1 (`times`) and version 2 (`measurements`). */
export const hyperfine = jsonFormat(
  (root) => {
    const first = root.get('results').items[0];
    if (first?.get('command').text === undefined) return 0;
    return first.get('times').isList ||
      first.get('measurements').isList ||
      first.get('mean').isNumber
      ? 0.95
      : 0.3;
  },
  (root, into) => {
    into.environment('version', root.get('metadata', 'hyperfine_version').text);
    const results = root.get('results').mustBeList();
    const commands = results.map((result) => result.get('command').mustBeText());
    results.forEach((result, index) => {
      const command = commands[index] ?? '';
      // With --command-name the command does not contain the parameters.
      const several = commands.filter((one) => one === command).length > 1;
      const benchmark = several ? `${command}${formatParameters(result)}` : command;
      const { times, memory, codes } = getReadings(result);
      const failed = codes.filter((code) => code !== 0);
      if (failed.length > 0 && failed.length < codes.length) {
        const reason = `${failed.length} of ${codes.length} runs exited with an error`;
        into.fail({ benchmark, state: 'failed', reason, line: result.line });
        return;
      }
      if (failed.length > 0) into.warn(`Every run of ${benchmark} exited with code ${failed[0]}.`);
      into.add({
        benchmark,
        metric: 'time',
        unit: 's',
        at: result,
        ...(times.length > 0 ? { samples: times } : { value: result.get('mean').value }),
        exact: false,
      });
      const peak = memory.filter((value) => typeof value === 'number');
      if (peak.length > 0) {
        into.add({ benchmark, metric: 'memory', unit: 'B', samples: peak, exact: true });
      }
    });
  },
);

interface Readings {
  readonly times: readonly unknown[];
  readonly memory: readonly unknown[];
  readonly codes: readonly unknown[];
}

function getReadings(result: JsonNode): Readings {
  const measurements = result.get('measurements').items;
  if (measurements.length === 0) {
    return {
      times: result.get('times').items.map(({ value }) => value),
      memory: result.get('memory_usage_byte').items.map(({ value }) => value),
      codes: result.get('exit_codes').items.map(({ value }) => value),
    };
  }
  const column = (name: string) => measurements.map((one) => one.get(name, 'value').value);
  return {
    times: column('time_wall_clock'),
    memory: column('memory_peak_resident'),
    codes: measurements.map((one) => one.get('exit_code').value),
  };
}

function formatParameters(result: JsonNode): string {
  const parameters = result.get('parameters').entries.map(([key, { label }]) => `${key}=${label}`);
  return parameters.length === 0 ? '' : ` (${parameters.join(', ')})`;
}
