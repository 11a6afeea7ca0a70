import type { Demands, JudgedAddress } from './judge.ts';
import type { AttemptContext, Evidence, Observation } from './kinds/kind.ts';
import type { Percentiles } from './percentiles.ts';
import type { Policy } from './retry-policy.ts';

/** One check, ready to be carried out. */
export interface Check {
  readonly name: string;
  readonly kind: string;
  /** The target, as people may see it. */
  readonly target: string;
  /** Values among the options that nobody may see. */
  readonly secrets: readonly string[];
  readonly policy: Policy;
  readonly demands: Demands;
  /** The variables that the demands read. */
  readonly reads: ReadonlySet<string>;
  /** Every resolved address has to be well. */
  readonly every: boolean;
  /** Fresh connections to each address in one attempt. */
  readonly connections: number;
  /** The names of the checks that have to be well before this one begins. */
  readonly needs: readonly string[];
  readonly attempt: (context: AttemptContext) => Promise<readonly Observation[]>;
}

export type Status = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** What became of a check. Texts may come from outside. */
export interface CheckResult {
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly status: Status;
  /** Why, as a clause; for a healthy one after how many attempts. */
  readonly reason: string;
  readonly attempts: number;
  readonly failedAttempts: number;
  /** From the start to the end of the first attempt of the streak that made it healthy, ms. */
  readonly timeToHealthyMs?: number;
  readonly durationMs: number;
  readonly addresses: readonly JudgedAddress[];
  /** Over all attempts that reached the target, ms a phase. */
  readonly latency: Readonly<Partial<Record<LatencyPhase, Percentiles>>>;
  readonly history: readonly AttemptRecord[];
  readonly evidence: readonly Evidence[];
}

export const LATENCY_PHASES = ['dns', 'connect', 'tls', 'firstByte', 'total'] as const;
export type LatencyPhase = (typeof LATENCY_PHASES)[number];

/** One attempt, as the report keeps it. */
export interface AttemptRecord {
  /** Since the start of the check, ms. */
  readonly atMs: number;
  readonly state: 'good' | 'bad' | 'unknown';
  readonly latencyMs?: number;
  readonly reason?: string;
}
