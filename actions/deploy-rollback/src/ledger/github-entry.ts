import type { Deployment, DeploymentStatus } from '@repo/github/deployments/deployment';
import * as v from 'valibot';
import type { Entry, EntryState, Hold, Mark } from './ledger.ts';

const Sha = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})?$/));
const Claim = v.pipe(v.string(), v.regex(/^[\w.:-]{1,200}$/));
const WRITTEN_BY = 'deploy-rollback/v1';

/** What we write into the payload of a deployment; read back, it is somebody else's until it fits. */
const Payload = v.object({
  by: v.literal(WRITTEN_BY),
  key: Claim,
  content: Sha,
  rollback: v.optional(v.object({ revision: Sha, badRelease: Sha, freeze: v.boolean() })),
});

export type DeploymentPayload = v.InferOutput<typeof Payload>;

export function payloadOf(given: Omit<DeploymentPayload, 'by'>): DeploymentPayload {
  return { by: WRITTEN_BY, ...given };
}

/** A payload of ours, `undefined` where it is not, or was tampered with. */
export function readPayload(payload: unknown): DeploymentPayload | undefined {
  const { success, output } = v.safeParse(Payload, payload);
  return success ? output : undefined;
}

/** How a mark is told in the description of a status, and read again. */
export function markText(mark: Mark, reason: string): string {
  return `marked ${mark}: ${reason}`;
}

const MARK = /^marked (good|bad)(?:: |$)/;
const UNFROZEN = 'unfrozen by ';

export function unfrozenText(by: string): string {
  return `${UNFROZEN}${by}`;
}

/** A deployment as an entry of the ledger. */
export function entryOf(deployment: Deployment): Entry {
  const { id, sha, statuses, createdAt, task } = deployment;
  const payload = readPayload(deployment.payload);
  const rollback = task === 'rollback' ? payload?.rollback : undefined;
  const { state, reason } = becameOf(statuses);
  return {
    id: String(id),
    deploymentId: id,
    kind: rollback === undefined ? 'deploy' : 'rollback',
    revision: rollback?.revision ?? sha,
    content: payload?.content || deployment.tree,
    createdMs: createdAt,
    state,
    reason,
    rollback: rollback && payload && { rollbackId: payload.key, badRelease: rollback.badRelease },
  };
}

/** The mark that was set last by us; `undefined` without one. */
export function markOf(statuses: readonly DeploymentStatus[]): Mark | undefined {
  const mark = statuses.map(({ description }) => MARK.exec(description)?.[1]).find(Boolean);
  return mark === 'good' || mark === 'bad' ? mark : undefined;
}

/**
 * What became of a deployment, by all of its statuses, newest first. `inactive` says only that
 * something newer came. A mark of ours is above what others say, even later: a job that marked its
 * release bad and then ended well anyway has not made it good.
 */
function becameOf(statuses: readonly DeploymentStatus[]): {
  readonly state: EntryState;
  readonly reason: string;
} {
  const decisive = statuses.filter(({ state }) => isGood(state) || isBad(state));
  const mark = markOf(statuses);
  const marked = decisive.find(({ description }) => MARK.test(description));
  if (mark !== undefined) {
    const reason = marked?.description.replace(MARK, '') ?? '';
    return { state: mark, reason: mark === 'bad' ? reason : '' };
  }
  const [latest] = decisive;
  if (latest === undefined) {
    // Nobody called it good before it was taken out of service.
    const isOver = statuses.some(({ state }) => state === 'inactive');
    return { state: isOver ? 'failed' : 'unfinished', reason: '' };
  }
  // Within one second nobody can tell which came first: then it is not good.
  const failure = decisive.find(
    ({ state, createdAt }) => isBad(state) && createdAt === latest.createdAt,
  );
  if (failure === undefined) return { state: 'good', reason: '' };
  const wasGood = decisive.some(({ state }) => isGood(state));
  return { state: wasGood ? 'bad' : 'failed', reason: failure.description };
}

function isGood(state: DeploymentStatus['state']): boolean {
  return state === 'success';
}

function isBad(state: DeploymentStatus['state']): boolean {
  return state === 'failure' || state === 'error';
}

/** Whether a rollback holds its environment still. */
export function isHolding({ payload, task, statuses }: Deployment): boolean {
  const { rollback } = readPayload(payload) ?? {};
  return (
    task === 'rollback' &&
    rollback?.freeze === true &&
    !statuses.some(({ description }) => description.startsWith(UNFROZEN))
  );
}

/** What holds the environment: the latest rollback that asked for it and was not unfrozen. */
export function holdOf(deployments: readonly Deployment[]): Hold | undefined {
  const holding = deployments.find(isHolding);
  return holding && { reason: holding.description, sinceMs: holding.createdAt };
}
