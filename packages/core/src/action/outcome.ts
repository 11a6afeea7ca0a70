import type { Markdown } from '../summary/markdown.ts';
import type { Annotation } from './annotation.ts';

/** `unknown` = could not judge; it is never a pass. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'unknown';

/** A verdict at a glance, in logs, summaries and messages. */
export const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  pass: '✅',
  warn: '⚠️',
  fail: '❌',
  unknown: '❔',
};

export const VERDICTS: readonly Verdict[] = ['pass', 'warn', 'fail', 'unknown'];

/** What an action found and did, as data; `runAction` alone turns it into effects. */
export interface Outcome {
  readonly verdict: Verdict;
  /** One sentence, the answer; may hold text from outside. */
  readonly message: string;
  /** The outputs that are the action's own, by the names that action.yml has. */
  readonly outputs: Readonly<Record<string, OutputValue>>;
  /** The `result` of the JSON report, as the action's report.schema.json describes it. */
  readonly result: unknown;
  /** The job summary, a block after the other, what matters first. */
  readonly summary: readonly Markdown[];
  readonly annotations: readonly Annotation[];
  /** Further files for people and tools, besides the JSON report. */
  readonly files?: readonly OutcomeFile[];
}

export interface OutcomeFile {
  /** Seen from the workspace. */
  readonly path: string;
  readonly content: string;
}

export type OutputValue = string | number | boolean;
