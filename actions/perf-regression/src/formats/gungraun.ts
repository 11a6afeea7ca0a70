import type { Collector } from './collector.ts';
import { anyOf, jsonFormat, textFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';
import { splitLines } from './text/lines.ts';

interface EventMetric {
  readonly metric: string;
  readonly gated: boolean;
}

/**
 * The reported events, by their names in JSON and text. Cache hits are not gated, because the
 * estimated cycles include them.
 */
const EVENTS: ReadonlyMap<string, EventMetric> = new Map([
  ...named('instructions', true, 'Ir', 'Instructions'),
  ...named('estimated-cycles', true, 'EstimatedCycles', 'Estimated Cycles'),
  ...named('l1-hits', false, 'L1hits', 'L1 Hits'),
  ...named('ll-hits', false, 'LLhits', 'LL Hits', 'L2 Hits', 'L3 Hits'),
  ...named('ram-hits', false, 'RamHits', 'RAM Hits'),
  ...named('total-read-write', true, 'TotalRW', 'Total read+write'),
  ...named('total-bytes', true, 'TotalBytes', 'Total bytes'),
  ...named('total-blocks', true, 'TotalBlocks', 'Total blocks'),
  ...named('at-t-gmax-bytes', true, 'AtTGmaxBytes', 'At t-gmax bytes'),
]);
const COUNT = /^ {2}(\S[^:|]{0,40}): +([\d.]+)\|/;

/** Gungraun (formerly Iai-Callgrind): `--save-summary=json` and its output. */
export const gungraun = anyOf(
  jsonFormat(
    (root) => {
      if (root.get('module_path').text === undefined || !root.get('kind').text) return 0;
      return root.get('profiles').isList || root.get('callgrind_summary').isObject ? 0.95 : 0.5;
    },
    (root, into) => {
      const benchmark = [
        root.get('module_path').mustBeText(),
        [root.get('id').text, root.get('description').text ?? root.get('details').text]
          .filter((part) => part)
          .join(':'),
      ].join(' ');
      into.environment('version', root.get('version').text);
      for (const totals of findTotals(root)) {
        for (const [key, node] of totals.entries) {
          const event = EVENTS.get(key);
          if (event) add(into, benchmark, event, getNewValue(node)?.value, node);
        }
      }
    },
  ),
  textFormat(
    (head) => (/^ {2}(?:Instructions|Estimated Cycles|Total bytes): +\d+\|/m.test(head) ? 0.95 : 0),
    (text, into) => {
      let benchmark = '';
      for (const { text: line, number } of splitLines(text)) {
        if (/^\S+::\S/.test(line)) benchmark = line.trim();
        const [, key = '', value] = COUNT.exec(line) ?? [];
        const event = EVENTS.get(key);
        if (event) add(into, benchmark, event, value, { line: number });
      }
    },
  ),
);

/** The totals of each tool; their location depends on the version of the schema. */
function findTotals(root: JsonNode): JsonNode[] {
  const profiles = root.get('profiles').items.flatMap((profile) => {
    const current = profile.get('data', 'total', 'metrics');
    const before = profile.get('summaries', 'total', 'summary').entries.map(([, node]) => node);
    return current.isObject ? [current] : before;
  });
  const first = root.get('callgrind_summary', 'callgrind_run', 'total', 'summary');
  return first.isObject ? [...profiles, first] : profiles;
}

/** `{values: {new: 1, old: 2}}`, or in older versions `{metrics: {Both: [{Int: 1}, {Int: 2}]}}`, or `Left`. */
function getNewValue(node: JsonNode): JsonNode | undefined {
  const current = node.get('values', 'new');
  if (current.value !== undefined) return current;
  const both = node.get('metrics', 'Both').items[0];
  const either = both ?? node.get('metrics', 'Left');
  return either.isObject ? either.entries[0]?.[1] : either;
}

function add(
  into: Collector,
  benchmark: string,
  { metric, gated }: EventMetric,
  value: unknown,
  at: { readonly line: number | undefined },
): void {
  const unit = metric.endsWith('-bytes') ? 'B' : 'count';
  into.add({ benchmark, metric, unit, value, better: gated ? 'lower' : 'none', exact: true, at });
}

function named(
  metric: string,
  gated: boolean,
  ...names: readonly string[]
): [string, EventMetric][] {
  return names.map((name) => [name, { metric, gated }]);
}
