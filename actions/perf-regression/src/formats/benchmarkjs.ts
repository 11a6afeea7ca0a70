import { textFormat } from './format.ts';
import { parseNumber, splitLines } from './text/lines.ts';

const RESULT = /^([\d,.]+(?:e[+-]?\d+)?) ops\/sec(?: ±([\d.]+)%)?/;

/** `String(event.target)` of benchmark.js: `fib(10) x 1,431,759 ops/sec ±0.74% (…)`. */
export const benchmarkjs = textFormat(
  (head) => (/ x [\d,.]+ ops\/sec ±[\d.]+% \(\d+ runs? sampled\)/.test(head) ? 0.95 : 0),
  (text, into) => {
    for (const { text: line, number } of splitLines(text)) {
      // The name may contain an x.
      const at = line.lastIndexOf(' x ');
      const [, rate, percent] = (at > 0 && RESULT.exec(line.slice(at + ' x '.length))) || [];
      if (rate !== undefined) {
        const value = parseNumber(rate);
        const off = (value * Number(percent ?? Number.NaN)) / 100;
        into.add({
          benchmark: line.slice(0, at).trim(),
          metric: 'throughput',
          unit: 'ops/s',
          value,
          spread: { low: value - off, high: value + off },
          exact: false,
          line: number,
        });
      } else if (line.endsWith(': ') && !line.startsWith(' ')) {
        // benchmark.js prints the own keys of an error, and most errors have none.
        const benchmark = line.slice(0, -': '.length);
        into.fail({ benchmark, state: 'failed', reason: 'has no result', line: number });
      }
    }
  },
);
