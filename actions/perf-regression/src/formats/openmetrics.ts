import { unitOfName } from '../metric/name-unit.ts';
import type { Collector } from './collector.ts';
import { textFormat } from './format.ts';
import { linesOf } from './text/lines.ts';

const COMMENT = /^# (TYPE|UNIT) (\S+) (\S+)/;
const NAME = /^[a-zA-Z_:][\w:]*/;
/** Written beside each metric; they say nothing of its worth. */
const BESIDE = /_(?:created|bucket)$/;

interface Family {
  readonly type: string;
  readonly unit: string;
}

/** Prometheus and OpenMetrics text. Labels belong to the name; histograms give their mean. */
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
    for (const { text: line, number } of linesOf(text)) {
      const [, what, of = '', value = ''] = COMMENT.exec(line) ?? [];
      const known = families.get(of) ?? { type: '', unit: '' };
      if (what === 'TYPE') families.set(of, { ...known, type: value });
      else if (what === 'UNIT') families.set(of, { ...known, unit: value });
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
  if (name === undefined || BESIDE.test(name)) return;
  const close = line.startsWith('{', name.length) ? line.lastIndexOf('}') : name.length - 1;
  const labels = line.slice(name.length, close + 1);
  // Behind `#` stands an exemplar, behind the value a time.
  const value =
    line
      .slice(close + 1)
      .trim()
      .split(/[ \t#]/, 1)[0] ?? '';
  if (close < name.length - 1 || value === '') return;

  const family = name.replace(/_(?:total|sum|count)$/, '');
  const { type, unit } = families.get(name) ?? families.get(family) ?? { type: '', unit: '' };
  const own = { metric: 'value', unit: unit || unitOfName(family), line: number };
  if (type === 'histogram' || (type === 'summary' && !labels.includes('quantile='))) {
    // The count comes before or after the sum.
    const key = `${family}${labels}`;
    const other = sums.get(key);
    if (other === undefined) {
      sums.set(key, Number(value));
      return;
    }
    const [sum, count] = name.endsWith('_count') ? [other, Number(value)] : [Number(value), other];
    if (count === 0) return;
    into.add({ ...own, benchmark: key, metric: 'mean', value: sum / count, exact: false });
  } else {
    into.add({ ...own, benchmark: `${name}${labels}`, value, exact: true });
  }
}
