import type { TargetCheck } from '@repo/checks/attempt';
import type { JudgedAddress } from '@repo/checks/judge';
import type { Evidence } from '@repo/checks/kinds/observation';
import type { Percentiles } from './percentiles.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** A planned check. */
export interface Check extends TargetCheck {
  readonly name: string;
  readonly kind: string;
  readonly policy: RetryPolicy;
  /** All resolved addresses must be healthy, not only one. */
  readonly allAddresses: boolean;
  /** New connections to each address per attempt. */
  readonly connections: number;
  /** Names of the checks that must be healthy before this check starts. */
  readonly needs: readonly string[];
}

export type Status = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

export const STATUS_SIGNS: Readonly<Record<Status, string>> = {
  healthy: '✅',
  degraded: '⚠️',
  unhealthy: '❌',
  unknown: '❔',
};

/** The result of a check. Texts are untrusted. */
export interface CheckResult {
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly status: Status;
  /** A clause. */
  readonly reason: string;
  readonly attempts: number;
  readonly failedAttempts: number;
  /** Until the first attempt of the streak that made the check healthy. */
  readonly timeToHealthyMs?: number;
  readonly durationMs: number;
  readonly addresses: readonly JudgedAddress[];
  /** Percentiles in ms of all attempts that reached the target. */
  readonly latency: Readonly<Partial<Record<LatencyPhase, Percentiles>>>;
  readonly history: readonly AttemptRecord[];
  readonly evidence: readonly Evidence[];
}

export const LATENCY_PHASES = ['dns', 'connect', 'tls', 'firstByte', 'total'] as const;
export type LatencyPhase = (typeof LATENCY_PHASES)[number];

/** An attempt in the report. */
export interface AttemptRecord {
  /** Since the start of the check. */
  readonly atMs: number;
  readonly state: 'healthy' | 'unhealthy' | 'unknown';
  readonly latencyMs?: number;
  readonly reason?: string;
}

/** Whether dependent checks may start. */
export function isHealthy({ status }: Pick<CheckResult, 'status'>): boolean {
  return status === 'healthy' || status === 'degraded';
}
