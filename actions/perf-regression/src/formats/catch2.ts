import type { Collector } from './collector.ts';
import { anyOf, textFormat } from './format.ts';
import { splitLines } from './text/lines.ts';
import { xmlElements } from './xml.ts';

const HEAD = /^benchmark name +samples +iterations +(?:estimated|est run time)/;
const RULE = /^(?:-{20,}|={20,}|\.{20,}|~{20,})\s*$/;
/** `20   298   2.22904 ms` */
const COUNTS = /^\d+ +\d+ +[\d.e+]+ +\S+$/;
/** `67.6398 ns    67.5309 ns    67.9857 ns` */
const MEANS = /^ *([\d.e+-]+) (\S+) +([\d.e+-]+) (\S+) +([\d.e+-]+) (\S+) *$/;

/** The output of BENCHMARKs in Catch2 2 and 3, as text and with `-r xml`. */
export const catch2 = anyOf(
  textFormat((head) => (/^benchmark name +samples +iterations/m.test(head) ? 0.95 : 0), readText),
  textFormat(
    (head) => (/<(?:Catch|Catch2TestRun)[\s>]/.test(head) ? 0.95 : 0),
    (text, into, file) => {
      for (const element of xmlElements(text, file, 'BenchmarkResults')) {
        const { attributes, children, ancestors, line } = element;
        const cases = ancestors.filter(({ name }) => name === 'TestCase' || name === 'Section');
        const names = [...cases.map((one) => one.attributes.name), attributes.name];
        const benchmark = names.filter((name) => name !== undefined).join(' > ');
        const failed = children.find(({ name }) => name === 'failed');
        if (failed) {
          const reason = failed.attributes.message ?? 'the benchmark failed';
          into.fail({ benchmark, state: 'failed', reason, line });
          continue;
        }
        const mean = children.find(({ name }) => name === 'mean')?.attributes ?? {};
        const spread = { low: mean.lowerBound, high: mean.upperBound };
        const value = mean.value ?? null;
        into.add({ benchmark, metric: 'time', unit: 'ns', value, spread, exact: false, line });
      }
    },
  ),
);

function readText(text: string, into: Collector): void {
  // Test case and sections are printed between two rules, then the file and a dotted rule.
  let lines: string[] = [];
  let title: string[] = [];
  let sections: string[] = [];
  let table: 'none' | 'head' | 'rows' = 'none';
  /** The lines of a name that is longer than its column. */
  let name: string[] = [];
  let pending: string | undefined;
  let column = 0;

  for (const { text: line, number } of splitLines(text)) {
    if (HEAD.test(line)) {
      table = 'head';
      column = line.indexOf('samples');
    } else if (RULE.test(line)) {
      if (line.startsWith('.')) sections = title;
      if (line.startsWith('-') && table === 'head') {
        table = 'rows';
      } else {
        table = 'none';
        title = lines;
      }
      lines = [];
      name = [];
    } else if (table !== 'rows') {
      if (line.trim() !== '') lines.push(line.trim());
    } else if (pending !== undefined) {
      addMean(into, pending, line, number);
      pending = undefined;
    } else if (line.includes('Benchmark failed (')) {
      const at = line.indexOf('Benchmark failed (');
      const benchmark = formatName(sections, name, line.slice(0, at));
      into.fail({ benchmark, state: 'failed', reason: line.slice(at).trim(), line: number });
      name = [];
    } else if (COUNTS.test(line.slice(column).trim())) {
      pending = formatName(sections, name, line.slice(0, column));
      name = [];
    } else if (/^\S/.test(line)) {
      name.push(line.trim());
    }
  }
}

function addMean(into: Collector, benchmark: string, text: string, line: number): void {
  const [, value, unit, low, lowUnit, high, highUnit] = MEANS.exec(text) ?? [];
  if (unit === undefined) {
    into.fail({ benchmark, state: 'no-value', reason: 'has no mean', line });
    return;
  }
  const spread = unit === lowUnit && unit === highUnit ? { spread: { low, high } } : {};
  into.add({ benchmark, metric: 'time', unit, value, ...spread, exact: false, line });
}

function formatName(sections: readonly string[], lines: readonly string[], last: string): string {
  return [...sections, [...lines, last].join(' ').trim()].join(' > ');
}
