import type { Deployment, DeploymentStatus } from '@repo/github/deployments/deployment';
import * as v from 'valibot';
import type { EnvironmentFreeze, LedgerEntry, LedgerEntryState, Mark } from './ledger.ts';

const Sha = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})?$/));
const Key = v.pipe(v.string(), v.regex(/^[\w.:-]{1,200}$/));
const WRITTEN_BY = 'deploy-rollback/v1';

/** The payload of a deployment. It is untrusted when it is read back. */
const Payload = v.object({
  by: v.literal(WRITTEN_BY),
  key: Key,
  tree: Sha,
  rollback: v.optional(v.object({ revision: Sha, badRelease: Sha, freeze: v.boolean() })),
});

export type DeploymentPayload = v.InferOutput<typeof Payload>;

export function createPayload(given: Omit<DeploymentPayload, 'by'>): DeploymentPayload {
  return { by: WRITTEN_BY, ...given };
}

/** `undefined` for a payload that this action did not write, or that was changed. */
export function readPayload(payload: unknown): DeploymentPayload | undefined {
  const { success, output } = v.safeParse(Payload, payload);
  return success ? output : undefined;
}

/** The description of a status that carries a mark. */
export function markText(mark: Mark, reason: string): string {
  return `marked ${mark}: ${reason}`;
}

const MARK = /^marked (good|bad)(?:: |$)/;
const UNFROZEN = 'unfrozen by ';

export function unfrozenText(by: string): string {
  return `${UNFROZEN}${by}`;
}

export function toLedgerEntry(deployment: Deployment): LedgerEntry {
  const { id, sha, statuses, createdAt, task } = deployment;
  const payload = readPayload(deployment.payload);
  const rollback = task === 'rollback' ? payload?.rollback : undefined;
  const { state, reason } = getState(statuses);
  return {
    id: String(id),
    deploymentId: id,
    kind: rollback === undefined ? 'deploy' : 'rollback',
    revision: rollback?.revision ?? sha,
    tree: payload?.tree || deployment.tree,
    createdMs: createdAt,
    state,
    reason,
    rollback: rollback && payload && { rollbackId: payload.key, badRelease: rollback.badRelease },
  };
}

/** The newest mark of this action; `undefined` without one. */
export function findMark(statuses: readonly DeploymentStatus[]): Mark | undefined {
  const mark = statuses.map(({ description }) => MARK.exec(description)?.[1]).find(Boolean);
  return mark === 'good' || mark === 'bad' ? mark : undefined;
}

/**
 * The state of a deployment from all its statuses, newest first. `inactive` means only that a newer
 * deployment exists. A mark of this action takes precedence over other statuses, later ones
 * included: a job that marks its release bad and then succeeds does not make it good.
 */
function getState(statuses: readonly DeploymentStatus[]): {
  readonly state: LedgerEntryState;
  readonly reason: string;
} {
  const decisive = statuses.filter(({ state }) => isGood(state) || isBad(state));
  const mark = findMark(statuses);
  const marked = decisive.find(({ description }) => MARK.test(description));
  if (mark !== undefined) {
    const reason = marked?.description.replace(MARK, '') ?? '';
    return { state: mark, reason: mark === 'bad' ? reason : '' };
  }
  const [latest] = decisive;
  if (latest === undefined) {
    // It became inactive before any status called it good.
    const isOver = statuses.some(({ state }) => state === 'inactive');
    return { state: isOver ? 'failed' : 'unfinished', reason: '' };
  }
  // Within one second the order is unknown: a failure wins.
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

/**
 * Removes the deployments that GitHub created for jobs with `environment:` that rolled back or
 * unfroze. GitHub calls them successful, but they deployed nothing. The next attempt of such a run
 * starts after the record of the rollback, and can deploy.
 */
export function withoutRollbackJobs(deployments: readonly Deployment[]): readonly Deployment[] {
  const records = deployments.filter(({ task }) => task === 'rollback');
  const isRollbackJob = (deployment: Deployment) => {
    const runs = new Set(deployment.statuses.flatMap(({ logUrl }) => getRun(logUrl) ?? []));
    return records.some(({ statuses }) =>
      statuses.some(
        ({ logUrl, createdAt }) =>
          runs.has(getRun(logUrl) ?? '') && createdAt >= deployment.createdAt,
      ),
    );
  };
  return deployments.filter(
    (deployment) =>
      deployment.task === 'rollback' ||
      findMark(deployment.statuses) !== undefined ||
      toLedgerEntry(deployment).state !== 'good' ||
      !isRollbackJob(deployment),
  );
}

/** The ID of the run in the URL of a run or a job. */
function getRun(url: string): string | undefined {
  return /\/actions\/runs\/(\d+)(?:\/|$)/.exec(url)?.[1];
}

/** Whether a rollback still freezes its environment. */
export function isFreezing({ payload, task, statuses }: Deployment): boolean {
  const { rollback } = readPayload(payload) ?? {};
  return (
    task === 'rollback' &&
    rollback?.freeze === true &&
    !statuses.some(({ description }) => description.startsWith(UNFROZEN))
  );
}

/** The freeze by the newest rollback that was not unfrozen. */
export function findFreeze(deployments: readonly Deployment[]): EnvironmentFreeze | undefined {
  const freezing = deployments.find(isFreezing);
  return freezing && { reason: freezing.description, sinceMs: freezing.createdAt };
}
