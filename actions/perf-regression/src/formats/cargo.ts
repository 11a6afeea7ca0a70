import type { Collector } from './collector.ts';
import { anyOf, textFormat } from './format.ts';
import { jsonLines } from './text/json-lines.ts';
import { parseNumber, splitLines } from './text/lines.ts';

const BENCH = ' ... bench: ';
const RESULT = /^ *([\d,.]+) (\S+) \(\+\/- ([\d,.]+)\)(?: = ([\d,.]+) MB\/s)?/;

/**
 * The output of `cargo bench` with the built-in harness (libtest), with or without `--format json`,
 * and of Criterion with `--output-format bencher`. The number after ± is the range of the samples,
 * not their deviation.
 */
export const cargo = anyOf(
  textFormat((head) => {
    if (/ \.\.\. bench: +[\d,.]+ \S+ \(\+\/-/.test(head)) return 0.95;
    return /^(?:running \d+ tests?|test \S.* \.\.\. .*)\r?$/m.test(head) ? 0.5 : 0;
  }, readText),
  textFormat((head) => (/^\{ ?"type": ?"(?:suite|test|bench)"/m.test(head) ? 0.95 : 0), readEvents),
);

function readText(text: string, into: Collector): void {
  for (const { text: line, number } of splitLines(text)) {
    if (!line.startsWith('test ')) continue;
    const at = line.lastIndexOf(BENCH);
    const [, value = '', unit = '', range = '', rate] =
      at === -1 ? [] : (RESULT.exec(line.slice(at + BENCH.length)) ?? []);
    if (value !== '') {
      const benchmark = line.slice('test '.length, at).trim();
      addTime(into, benchmark, unit, parseNumber(value), parseNumber(range), number);
      if (rate !== undefined) addRate(into, benchmark, parseNumber(rate), number);
    } else if (line.trimEnd().endsWith(' ... FAILED')) {
      const benchmark = line.slice('test '.length, line.lastIndexOf(' ... ')).trim();
      into.fail({ benchmark, state: 'failed', reason: FAILED, line: number });
    }
  }
}

function readEvents(text: string, into: Collector): void {
  for (const { event, number } of jsonLines(text)) {
    const benchmark = String(event.name);
    if (event.type === 'bench') {
      addTime(into, benchmark, 'ns/iter', event.median, Number(event.deviation), number);
      // The name says MiB, but the value is computed with 1000².
      if ('mib_per_second' in event) addRate(into, benchmark, event.mib_per_second, number);
    } else if (event.type === 'test' && event.event === 'failed') {
      into.fail({ benchmark, state: 'failed', reason: FAILED, line: number });
    }
  }
}

const FAILED = 'cargo reports FAILED';

function addTime(
  into: Collector,
  benchmark: string,
  unit: string,
  value: unknown,
  range: number,
  line: number,
): void {
  const perSecond = unit.endsWith('/s');
  into.add({
    benchmark,
    metric: perSecond ? 'throughput' : 'time',
    unit,
    value,
    spread: { low: Math.max(0, Number(value) - range / 2), high: Number(value) + range / 2 },
    // Fewer cycles per iteration are better.
    better: perSecond ? 'higher' : 'lower',
    exact: false,
    line,
  });
}

function addRate(into: Collector, benchmark: string, value: unknown, line: number): void {
  into.add({ benchmark, metric: 'throughput', unit: 'MB/s', value, exact: false, line });
}
