import type { Verdict } from '../action/outcome.ts';
import { oneOf } from './one-of.ts';
import type { SyncParser } from './parser.ts';

/** The verdicts that fail the step, for each value of `fail-on`. */
export type FailOn<Word extends string = string> = Readonly<Record<Word, readonly Verdict[]>>;

export function failOnInput<Word extends string>(failOn: FailOn<Word>): SyncParser<Word> {
  return oneOf(Object.keys(failOn) as Word[]);
}
