import type { TargetCheck } from '@repo/checks/attempt';
import type { JudgedAddress } from '@repo/checks/judge';
import type { Evidence } from '@repo/checks/kinds/observation';
import type { Percentiles } from './percentiles.ts';
import type { Policy } from './retry-policy.ts';

/** One check, ready to be carried out. */
export interface Check extends TargetCheck {
  readonly name: string;
  readonly kind: string;
  readonly policy: Policy;
  /** Every resolved address has to be well. */
  readonly allAddresses: boolean;
  /** Fresh connections to each address in one attempt. */
  readonly connections: number;
  /** The names of the checks that have to be well before this one begins. */
  readonly needs: readonly string[];
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
  readonly state: 'healthy' | 'unhealthy' | 'unknown';
  readonly latencyMs?: number;
  readonly reason?: string;
}
