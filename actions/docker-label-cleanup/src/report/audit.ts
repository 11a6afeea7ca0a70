import type { ActResult } from '../act.ts';
import type { ObjectDecision, Plan } from '../plan.ts';
import type { PlanFile } from '../plan-file.ts';
import { getKey, type Kind } from '../selection/docker-object.ts';

export const OUTCOMES = [
  'removed',
  'planned',
  'failed',
  'in-use',
  'changed',
  'too-young',
  'running',
  'skipped',
  'gone',
  'kept',
  'protected',
  'unselected',
] as const;
export type AuditOutcome = (typeof OUTCOMES)[number];

/** One object and its outcome. */
export interface AuditEntry {
  readonly kind: Kind;
  readonly id: string;
  readonly name: string;
  readonly outcome: AuditOutcome;
  /** The rule, user or error. */
  readonly reason: string;
  /** For an image, including shared layers. */
  readonly bytes: number;
  /** ISO 8601; left out if unknown. */
  readonly createdAt?: string;
}

/** One entry per object on the daemon; before the plan is carried out, its objects are `planned`. */
export function createAudit(
  { decisions }: Plan,
  results?: Pick<ActResult, 'removals' | 'anonymousVolumes'>,
): readonly AuditEntry[] {
  return decisions.map(({ object, decision }) => {
    const { kind, id, name, bytes, createdMs } = object;
    const { outcome, reason } = getOutcome({ object, decision }, results);
    return {
      kind,
      id,
      name,
      outcome,
      reason,
      bytes,
      ...(createdMs !== undefined && { createdAt: new Date(createdMs).toISOString() }),
    };
  });
}

function getOutcome(
  { object, decision }: ObjectDecision,
  results: Pick<ActResult, 'removals' | 'anonymousVolumes'> | undefined,
): Pick<AuditEntry, 'outcome' | 'reason'> {
  const container = object.kind === 'volume' && results?.anonymousVolumes.get(object.id);
  if (container)
    return { outcome: 'removed', reason: `anonymous volume of container ${container}` };
  if (decision.kind !== 'remove') return { outcome: decision.kind, reason: decision.reason };
  const result = results?.removals.get(getKey(object));
  return { outcome: result?.kind ?? 'planned', reason: result?.reason ?? decision.reason };
}

/** Objects of a plan file that the daemon does not have anymore. */
export function auditMissing(
  file: PlanFile | undefined,
  { decisions }: Plan,
): readonly AuditEntry[] {
  if (!file) return [];
  const present = new Set(decisions.map(({ object }) => `${object.kind} ${object.name}`));
  return file.steps
    .filter(({ kind, name }) => !present.has(`${kind} ${name}`))
    .map(({ kind, name }) => ({
      kind,
      id: name,
      name,
      outcome: 'gone',
      reason: 'in the plan file, but no longer on the daemon',
      bytes: 0,
    }));
}

const LEFTOVER_OUTCOMES: ReadonlySet<AuditOutcome> = new Set([
  'failed',
  'in-use',
  'changed',
  'too-young',
  'running',
]);

/** Selected and still on the daemon, although no rule keeps it. */
export function isLeftover({ outcome }: AuditEntry): boolean {
  return LEFTOVER_OUTCOMES.has(outcome);
}
