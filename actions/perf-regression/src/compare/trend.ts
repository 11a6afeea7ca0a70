import { changePoints } from '../statistics/change-points.ts';
import type { Judged } from './judged.ts';
import type { Point } from './points.ts';

/** Values of a series that are looked at and shown. */
const LONGEST = 100;
/** Significance of a change of level, as Hunter has it. */
const ALPHA = 0.001;

/** The latest values of a series, and the last change of level with the commit that brought it. */
export function trendOf(
  points: readonly Point[],
  current: number,
): Required<Pick<Judged, 'trend'>> & Pick<Judged, 'since'> {
  const shown = points.slice(1 - LONGEST);
  const trend = [...shown.map(({ value }) => value), current];
  if (trend.some((value) => !(value > 0))) return { trend };
  const last = changePoints(trend.map(Math.log), ALPHA).at(-1);
  const run = last === undefined ? undefined : shown[last.index]?.run;
  if (last === undefined || run === undefined) return { trend };
  return {
    trend,
    since: {
      sha: run.sha,
      time: run.time,
      index: last.index,
      ratio: Math.exp(last.after - last.before),
    },
  };
}
