/** What self-healing did on GitHub; part of the JSON report. */
export interface SelfHealResult {
  readonly workflow?: DispatchResult;
  readonly incident?: IncidentResult;
  /** Failed GitHub requests, one sentence each. They never change the verdict. */
  readonly problems: readonly string[];
}

export type DispatchResult =
  | { readonly state: 'started'; readonly name: string; readonly url?: string }
  | {
      /**
       * `already-started`: started before in this outage. `claimed-by-other-run`: another run is
       * starting it. `limit-reached`: the limit allows no further start.
       */
      readonly state: 'already-started' | 'claimed-by-other-run' | 'limit-reached' | 'failed';
      readonly name: string;
      readonly reason: string;
    };

export interface IncidentResult {
  readonly state: 'opened' | 'updated' | 'closed';
  readonly number: number;
  readonly url: string;
  /** From the opening of the issue to its closing. */
  readonly downtimeMs?: number;
}
