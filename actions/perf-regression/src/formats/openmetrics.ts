import { inferUnit } from '../metric/metric.ts';
import type { Collector } from './collector.ts';
import { textFormat } from './format.ts';
import { splitLines } from './text/lines.ts';

const COMMENT = /^# (TYPE|UNIT) (\S+) (\S+)/;
const NAME = /^[a-zA-Z_:][\w:]*/;
/** Additional series of a metric, which are ignored. */
const AUXILIARY = /_(?:created|bucket)$/;

interface Family {
  readonly type: string;
  readonly unit: string;
}

/** Prometheus and OpenMetrics text. The name contains the labels; a histogram is read as its mean. */
export const openmetrics = textFormat(
  (head) => {
    if (
      /^# TYPE \S+ (?:counter|gauge|histogram|summary|untyped|unknown|info|stateset)/m.test(head)
    ) {
      return 0.95;
    }
    return /^[a-zA-Z_:][\w:]*(?:\{[^\n]*\})? [-+\d.eEnNaAiIfF]+(?: \d+)?\r?$/m.test(head) ? 0.2 : 0;
  },
  (text, into) => {
    const families = new Map<string, Family>();
    const sums = new Map<string, number>();
    for (const { text: line, number } of splitLines(text)) {
      const [, kind, name = '', value = ''] = COMMENT.exec(line) ?? [];
      const family = families.get(name) ?? { type: '', unit: '' };
      if (kind === 'TYPE') families.set(name, { ...family, type: value });
      else if (kind === 'UNIT') families.set(name, { ...family, unit: value });
      else if (!line.startsWith('#')) readSample(line, number, families, sums, into);
    }
  },
);

function readSample(
  line: string,
  number: number,
  families: ReadonlyMap<string, Family>,
  sums: Map<string, number>,
  into: Collector,
): void {
  const name = NAME.exec(line)?.[0];
  if (name === undefined || AUXILIARY.test(name)) return;
  const close = line.startsWith('{', name.length) ? line.lastIndexOf('}') : name.length - 1;
  const labels = line.slice(name.length, close + 1);
  // An exemplar follows `#`, and a timestamp may follow the value.
  const value =
    line
      .slice(close + 1)
      .trim()
      .split(/[ \t#]/, 1)[0] ?? '';
  if (close < name.length - 1 || value === '') return;

  const family = name.replace(/_(?:total|sum|count)$/, '');
  const { type, unit } = families.get(name) ?? families.get(family) ?? { type: '', unit: '' };
  const own = { metric: 'value', unit: unit || inferUnit(family), line: number };
  if (type === 'histogram' || (type === 'summary' && !labels.includes('quantile='))) {
    // The count is written before or after the sum.
    const key = `${family}${labels}`;
    const previous = sums.get(key);
    if (previous === undefined) {
      sums.set(key, Number(value));
      return;
    }
    const [sum, count] = name.endsWith('_count')
      ? [previous, Number(value)]
      : [Number(value), previous];
    if (count === 0) return;
    into.add({ ...own, benchmark: key, metric: 'mean', value: sum / count, exact: false });
  } else {
    into.add({ ...own, benchmark: `${name}${labels}`, value, exact: true });
  }
}
