import { canonicalUnit } from '../metric/unit.ts';
import type { Collector } from './collector.ts';
import { anyOf, textFormat } from './format.ts';
import { jsonLines } from './text/json-lines.ts';
import { splitLines } from './text/lines.ts';

const TIME = ' time:   [';
/** `[26.029 µs 26.251 µs 26.505 µs]`: low, estimate, high. */
const THREE = /^([\d.]+) (\S+) ([\d.]+) (\S+) ([\d.]+) ([^\s\]]+)\]/;

/** The output of Criterion, and of cargo-criterion with `--message-format json`. */
export const criterion = anyOf(
  textFormat(
    (head) => (/ time: {3}\[[\d.]+ \S+ [\d.]+ \S+ [\d.]+ \S+\]/.test(head) ? 0.9 : 0),
    readText,
  ),
  textFormat(
    (head) => (/^\{"reason":"(?:benchmark|group)-complete"/m.test(head) ? 0.95 : 0),
    readMessages,
  ),
);

function readText(text: string, into: Collector): void {
  let last = '';
  for (const { text: line, number } of splitLines(text)) {
    const at = line.indexOf(TIME);
    const [, low, lowUnit = '', value, unit = '', high, highUnit = ''] =
      at === -1 ? [] : (THREE.exec(line.slice(at + TIME.length)) ?? []);
    if (value !== undefined) {
      // A name that is too long for its column is printed in the line before.
      const benchmark = line.slice(0, at).trim() || last;
      // The pattern does not match a change: `[−3.5% +1% +7%]`.
      into.add({
        benchmark,
        metric: 'time',
        unit: 'ns',
        value: nanoseconds(value, unit),
        spread: { low: nanoseconds(low, lowUnit), high: nanoseconds(high, highUnit) },
        exact: false,
        line: number,
      });
    }
    if (line.trim() !== '') last = line.trim();
  }
}

function nanoseconds(number: string | undefined, unit: string): number {
  const { factor, quantity } = canonicalUnit(unit);
  return quantity === 'time' ? Number(number) * factor : Number.NaN;
}

function readMessages(text: string, into: Collector): void {
  for (const { event, number } of jsonLines(text)) {
    if (event.reason !== 'benchmark-complete') continue;
    const { id, iteration_count: iterations, measured_values: times, unit } = event;
    into.add({
      benchmark: String(id),
      metric: 'time',
      unit: String(unit),
      samples: perIteration(iterations, times),
      exact: false,
      line: number,
    });
  }
}

/** Each sample is the total time of its iterations. */
export function perIteration(iterations: unknown, times: unknown): unknown[] {
  if (!Array.isArray(iterations) || !Array.isArray(times)) return [];
  return times.map((time: unknown, index) => {
    const count: unknown = iterations[index];
    return typeof time === 'number' && typeof count === 'number' && count > 0 ? time / count : null;
  });
}
