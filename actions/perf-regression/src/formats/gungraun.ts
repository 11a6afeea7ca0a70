import type { Collector } from './collector.ts';
import { anyOf, jsonFormat, textFormat } from './format.ts';
import type { JsonNode } from './json/json-node.ts';
import { linesOf } from './text/lines.ts';

interface Event {
  readonly metric: string;
  readonly gated: boolean;
}

/**
 * The events that are told, by their names in the JSON and in the text. More hits of a cache are
 * neither good nor bad: cycles are what they come to.
 */
const EVENTS: ReadonlyMap<string, Event> = new Map([
  ...event('instructions', true, 'Ir', 'Instructions'),
  ...event('estimated-cycles', true, 'EstimatedCycles', 'Estimated Cycles'),
  ...event('l1-hits', false, 'L1hits', 'L1 Hits'),
  ...event('ll-hits', false, 'LLhits', 'LL Hits', 'L2 Hits', 'L3 Hits'),
  ...event('ram-hits', false, 'RamHits', 'RAM Hits'),
  ...event('total-read-write', true, 'TotalRW', 'Total read+write'),
  ...event('total-bytes', true, 'TotalBytes', 'Total bytes'),
  ...event('total-blocks', true, 'TotalBlocks', 'Total blocks'),
  ...event('at-t-gmax-bytes', true, 'AtTGmaxBytes', 'At t-gmax bytes'),
]);
const COUNT = /^ {2}(\S[^:|]{0,40}): +([\d.]+)\|/;

/** Gungraun (formerly Iai-Callgrind): `--save-summary=json`, and what it prints. */
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
      for (const totals of totalsOf(root)) {
        for (const [key, node] of totals.entries) {
          const known = EVENTS.get(key);
          if (known) add(into, benchmark, known, newValue(node)?.value, node);
        }
      }
    },
  ),
  textFormat(
    (head) => (/^ {2}(?:Instructions|Estimated Cycles|Total bytes): +\d+\|/m.test(head) ? 0.95 : 0),
    (text, into) => {
      let benchmark = '';
      for (const { text: line, number } of linesOf(text)) {
        if (/^\S+::\S/.test(line)) benchmark = line.trim();
        const [, key = '', value] = COUNT.exec(line) ?? [];
        const known = EVENTS.get(key);
        if (known) add(into, benchmark, known, value, { line: number });
      }
    },
  ),
);

/** Where the totals of each tool are: it moved from version to version of the schema. */
function totalsOf(root: JsonNode): JsonNode[] {
  const profiles = root.get('profiles').items.flatMap((profile) => {
    const current = profile.get('data', 'total', 'metrics');
    const before = profile.get('summaries', 'total', 'summary').entries.map(([, node]) => node);
    return current.isObject ? [current] : before;
  });
  const first = root.get('callgrind_summary', 'callgrind_run', 'total', 'summary');
  return first.isObject ? [...profiles, first] : profiles;
}

/** `{values: {new: 1, old: 2}}`; before: `{metrics: {Both: [{Int: 1}, {Int: 2}]}}`, or `Left`. */
function newValue(node: JsonNode): JsonNode | undefined {
  const now = node.get('values', 'new');
  if (now.value !== undefined) return now;
  const both = node.get('metrics', 'Both').items[0];
  const either = both ?? node.get('metrics', 'Left');
  return either.isObject ? either.entries[0]?.[1] : either;
}

function add(
  into: Collector,
  benchmark: string,
  { metric, gated }: Event,
  value: unknown,
  at: { readonly line: number | undefined },
): void {
  const unit = metric.endsWith('-bytes') ? 'B' : 'count';
  into.add({ benchmark, metric, unit, value, better: gated ? 'lower' : 'none', exact: true, at });
}

function event(metric: string, gated: boolean, ...names: readonly string[]): [string, Event][] {
  return names.map((name) => [name, { metric, gated }]);
}
