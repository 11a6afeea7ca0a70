import { VERDICT_SIGNS, type Verdict } from '../action/outcome.ts';

/** A notification, independent of the service. */
export interface Notification {
  readonly action: string;
  readonly verdict: Verdict;
  /** One sentence of plain text. */
  readonly message: string;
  readonly repository: string;
  readonly workflow: string;
  /** The URL of the run; empty outside of a run. */
  readonly runUrl: string;
}

/** The first line of the message. */
export function headline({ action, verdict, repository }: Notification): string {
  return `${VERDICT_SIGNS[verdict]} ${action}: ${verdict}${repository === '' ? '' : ` in ${repository}`}`;
}
