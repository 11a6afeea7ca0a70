import { type Attempt, type Progress, touchedBy } from '../journal/progress.ts';
import { shortSha } from '../revision.ts';

/** What state things are in, part by part: `files .env is that of e4f5a6b`. */
export function stateInWords(progress: Progress): string {
  const parts = [...touchedBy(progress)].map((title) => {
    const last = progress.attempts.findLast(({ touched }) => touched.has(title));
    const what = last === undefined ? 'unknown' : `that of ${shortSha(last.about.revision)}`;
    const isWhole = last !== undefined && (last.applied.has(title) || last.round === 2);
    return isWhole ? `${title} is ${what}` : `${title} may be half ${what}`;
  });
  return parts.length === 0 ? 'nothing was touched' : parts.join(', ');
}

/** What was tried and how it went: `e4f5a6b was not well (status 500)`. */
export function triesInWords(attempts: readonly Attempt[]): string {
  return attempts
    .filter(({ about }) => about.purpose === 'rollback')
    .map(({ about, why }) => `${shortSha(about.revision)} was not well (${why})`)
    .join('; ');
}
