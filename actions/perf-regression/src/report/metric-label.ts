import type { Judged } from '../compare/judged.ts';

/** What a metric is called besides its benchmark; empty where that would tell nothing. */
export function metricLabel({ benchmark, metric }: Pick<Judged, 'benchmark' | 'metric'>): string {
  return metric === benchmark || metric === 'value' ? '' : metric;
}
