import type { Markdown } from '../summary/markdown.ts';
import type { Annotation } from './annotation.ts';

/** `unknown`: the action could not judge. It never counts as a pass. */
export type Verdict = 'pass' | 'warn' | 'fail' | 'unknown';

/** The sign of a verdict in logs, summaries and messages. */
export const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  pass: '✅',
  warn: '⚠️',
  fail: '❌',
  unknown: '❔',
};

export const VERDICTS: readonly Verdict[] = ['pass', 'warn', 'fail', 'unknown'];

/** What an action found and did, as data. `runAction` publishes it. */
export interface Outcome {
  readonly verdict: Verdict;
  /** The result in one sentence. May contain untrusted text. */
  readonly message: string;
  /** The action's own outputs, by their names in action.yml. */
  readonly outputs: Readonly<Record<string, OutputValue>>;
  /** The `result` of the JSON report; its schema is in the action's report.schema.json. */
  readonly result: unknown;
  /** The blocks of the job summary, the most important first. */
  readonly summary: readonly Markdown[];
  readonly annotations: readonly Annotation[];
  /** More files besides the JSON report. */
  readonly files?: readonly OutcomeFile[];
}

export interface OutcomeFile {
  /** Relative to the workspace. */
  readonly path: string;
  readonly content: string;
}

export type OutputValue = string | number | boolean;
