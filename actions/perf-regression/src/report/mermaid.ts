import type { Markdown } from '@repo/core/summary/markdown';
import type { Judged } from '../compare/judged.ts';
import { metricLabel } from './metric-label.ts';

/** Fewest values of which a chart shows more than the table does. */
const FEWEST = 8;
const MOST = 40;

/** A chart of the history of a metric, as GitHub draws it; nothing where there is none. */
export function mermaidTrend({ benchmark, metric, unit, trend = [] }: Judged): readonly Markdown[] {
  if (trend.length < FEWEST) return [];
  const values = trend.slice(-MOST).map((value) => Number(value.toPrecision(5)));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least) * 0.1 || Math.abs(most) * 0.1 || 1;
  const title = `${benchmark} ${metricLabel({ benchmark, metric })}`.replace(
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
