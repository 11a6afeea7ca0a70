import type { Markdown } from '@repo/core/summary/markdown';
import type { MetricResult } from '../compare/metric-result.ts';
import { formatMetric } from '../format-value.ts';

/** With fewer values the sparkline of the table shows as much. */
const MIN_VALUES = 8;
const MAX_VALUES = 40;

/** The history of a metric as a Mermaid chart, which GitHub renders. */
export function mermaidTrend({
  benchmark,
  metric,
  unit,
  trend = [],
}: MetricResult): readonly Markdown[] {
  if (trend.length < MIN_VALUES) return [];
  const values = trend.slice(-MAX_VALUES).map((value) => Number(value.toPrecision(5)));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least) * 0.1 || Math.abs(most) * 0.1 || 1;
  const title = `${benchmark} ${formatMetric({ benchmark, metric })}`.replace(
    /[^\p{L}\p{N} ._/-]/gu,
    ' ',
  );
  return [
    {
      markdown: [
        '```mermaid',
        'xychart-beta',
        `  title "${title.trim().slice(0, 80)}"`,
        `  x-axis "runs, this one last" 1 --> ${values.length}`,
        `  y-axis "${unit.replace(/[^\p{L}\p{N}%/]/gu, ' ') || 'value'}" ${least - room} --> ${most + room}`,
        `  line [${values.join(', ')}]`,
        '```',
      ].join('\n'),
    },
  ];
}
