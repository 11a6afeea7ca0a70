/** What was done about what the checks found; part of the JSON report. */
export interface Healing {
  readonly workflow?: WorkflowHealing;
  readonly incident?: IncidentHealing;
  /** What GitHub did not let us do, a sentence each; it never changes the verdict. */
  readonly problems: readonly string[];
}

export type WorkflowHealing =
  | { readonly state: 'started'; readonly name: string; readonly url?: string }
  | {
      /**
       * `already`: started once in this outage. `elsewhere`: another run is just about to.
       * `limit`: often enough in the window of heal-limit.
       */
      readonly state: 'already' | 'elsewhere' | 'limit' | 'failed';
      readonly name: string;
      readonly reason: string;
    };

export interface IncidentHealing {
  readonly state: 'opened' | 'updated' | 'closed';
  readonly number: number;
  readonly url: string;
  /** From the opening of the issue to its closing, ms. */
  readonly downtimeMs?: number;
}
