import type { RunInfo } from '@repo/core/action/run-info';
import { isReachable } from '@repo/github/branches/compare';
import { createDeployment } from '@repo/github/deployments/create';
import type { Deployment } from '@repo/github/deployments/deployment';
import { deploymentHistory } from '@repo/github/deployments/history';
import { setDeploymentStatus } from '@repo/github/deployments/status';
import { environmentRules } from '@repo/github/environments';
import type { GitHub } from '@repo/github/github';
import { GitHubError } from '@repo/github/github-error';
import {
  createPayload,
  findFreeze,
  findMark,
  isFreezing,
  markText,
  readPayload,
  toLedgerEntry,
  unfrozenText,
  withoutRollbackJobs,
} from './github-entry.ts';
import type { Ledger, LedgerEntry, Mark, NewDeploy, RollbackRecord } from './ledger.ts';

export interface GitHubLedgerOptions {
  /** Connects on the first call. */
  readonly github: () => Promise<GitHub>;
  readonly environment: string;
  readonly run: RunInfo;
  /** The URL of this run; empty outside GitHub. */
  readonly runUrl: string;
}

/** GitHub returns as many in one call. A freeze older than these deployments has ended. */
const MAX_DEPLOYMENTS = 100;

/**
 * A ledger in the deployments of an environment on GitHub and their statuses (permissions:
 * deployments: write, contents: read). It contains all other deployments too: GitHub creates one for
 * each job with `environment:`, and sets its result.
 *
 * A rollback is a deployment with the task `rollback`. Its payload has the freeze, and a status ends
 * the freeze. See docs/adr/0008-rollback-on-github.md.
 */
export function createGitHubLedger(options: GitHubLedgerOptions): Ledger {
  const { environment, run, runUrl } = options;
  /** The last read state, so that nothing is written twice. */
  let known: readonly Deployment[] | undefined;

  const read = async (): Promise<readonly Deployment[]> => {
    const github = await options.github();
    known = (await deploymentHistory(github, environment, MAX_DEPLOYMENTS)).deployments;
    return known;
  };

  const findByKey = async (key: string) =>
    (known ?? (await read())).find(({ payload }) => readPayload(payload)?.key === key);

  const setStatus = async (
    id: number,
    state: 'success' | 'failure' | 'in_progress',
    text: string,
  ) => {
    const github = await options.github();
    const status = { state, description: text, logUrl: runUrl };
    await setDeploymentStatus(github, id, status);
    known = known?.map((one) =>
      one.id === id
        ? { ...one, statuses: [{ ...status, createdAt: github.now() }, ...one.statuses] }
        : one,
    );
  };

  const open = async ({ key, revision, tree }: NewDeploy): Promise<LedgerEntry> => {
    const existing = (await findByKey(key)) ?? (await findOwnDeployment(revision));
    if (existing !== undefined) return toLedgerEntry(existing);
    const payload = createPayload({ key, tree });
    const description = `Deploy of ${revision.slice(0, 7)}`;
    const id = await createDeployment(await options.github(), {
      sha: revision,
      environment,
      task: 'deploy',
      payload,
      description,
    });
    await setStatus(id, 'in_progress', '');
    const created = await toDeployment({ id, sha: revision, task: 'deploy', payload, description });
    known = [created, ...(known ?? [])];
    return toLedgerEntry(created);
  };

  /** GitHub has created the deployment of a job with `environment:` already. */
  const findOwnDeployment = async (revision: string): Promise<Deployment | undefined> => {
    if (run.runId === '') return undefined;
    const page = new RegExp(`/actions/runs/${run.runId}(/|$)`);
    return (known ?? (await read())).find(
      ({ sha, task, statuses }) =>
        sha === revision && task !== 'rollback' && statuses.some(({ logUrl }) => page.test(logUrl)),
    );
  };

  const mark = async ({ id }: LedgerEntry, as: Mark, reason: string): Promise<void> => {
    const existing = known?.find((one) => String(one.id) === id);
    if (existing !== undefined && findMark(existing.statuses) === as) return;
    await setStatus(Number(id), as === 'good' ? 'success' : 'failure', markText(as, reason));
  };

  const record = async (rollback: RollbackRecord): Promise<LedgerEntry> => {
    const { rollbackId, badRelease, to, state, reason, freeze } = rollback;
    const payload = createPayload({
      key: rollbackId,
      tree: to.tree,
      rollback: { revision: to.revision, badRelease, freeze },
    });
    const description = `Rollback from ${badRelease.slice(0, 7)}: ${reason}`;
    const existing = await findByKey(rollbackId);
    const id =
      existing?.id ??
      (await createDeployment(await options.github(), {
        environment,
        task: 'rollback',
        payload,
        description,
        // The release before the first record has no SHA, and GitHub requires one.
        sha: to.revision || run.sha,
      }));
    const created =
      existing ??
      (await toDeployment({ id, sha: to.revision, task: 'rollback', payload, description }));
    if (existing === undefined) known = [created, ...(known ?? [])];
    if (created.statuses.length === 0) {
      await setStatus(id, state === 'good' ? 'success' : 'failure', reason);
    }
    return { ...toLedgerEntry(created), state };
  };

  const unfreeze = async (by: string): Promise<void> => {
    for (const deployment of (await read()).filter(isFreezing)) {
      const state = toLedgerEntry(deployment).state === 'good' ? 'success' : 'failure';
      await setStatus(deployment.id, state, unfrozenText(by));
    }
  };

  return {
    location: `GitHub's deployments to ${environment}`,
    isExclusive: false,
    history: async (how) => {
      const deployments = (how === 'known' ? known : undefined) ?? (await read());
      // A rollback without a status was killed while it was recorded. It does not count yet.
      const entries = withoutRollbackJobs(deployments)
        .map(toLedgerEntry)
        .filter(({ kind, state }) => kind !== 'rollback' || state !== 'unfinished');
      return { entries, freeze: findFreeze(deployments) };
    },
    open,
    mark,
    record,
    unfreeze,
    isReachable: async (revision, ref) => isReachable(await options.github(), revision, ref),
    limits: async () => getLimits(await options.github(), environment),
  };

  async function toDeployment(
    given: Pick<Deployment, 'id' | 'sha' | 'task' | 'payload' | 'description'>,
  ): Promise<Deployment> {
    const createdAt = (await options.github()).now();
    return { ...given, tree: '', createdAt, statuses: [] };
  }
}

/** The protection rules that a rollback skips if its job does not name the environment. */
async function getLimits(github: GitHub, environment: string): Promise<readonly string[]> {
  try {
    const found = await environmentRules(github, environment);
    const rules = [
      ...(found?.hasReviewers ? ['required reviewers'] : []),
      ...(found && found.waitMinutes > 0 ? [`the wait timer of ${found.waitMinutes}m`] : []),
    ];
    return rules.length === 0
      ? []
      : [
          `A rollback waits for these protection rules of ${environment} only if its job has "environment: {name: ${environment}, deployment: false}": ${rules.join(', ')}.`,
        ];
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return [`The protection rules of ${environment} cannot be read (permissions: actions: read).`];
  }
}
