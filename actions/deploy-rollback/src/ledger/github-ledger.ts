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
  entryOf,
  holdOf,
  isHolding,
  markOf,
  markText,
  payloadOf,
  readPayload,
  unfrozenText,
} from './github-entry.ts';
import type { Entry, Ledger, Mark, NewRelease, RollbackRecord } from './ledger.ts';

export interface GitHubLedgerOptions {
  /** Connects when first asked. */
  readonly github: () => Promise<GitHub>;
  readonly environment: string;
  readonly run: RunInfo;
  /** The page of this run; empty where there is none. */
  readonly runUrl: string;
}

/** As many as GitHub gives in one call. A hold that is older than so many deployments is over. */
const LOOK_BACK = 100;

/**
 * The ledger as GitHub's deployments to an environment and their statuses (permissions:
 * deployments: write, contents: read). Whatever else deploys there is in it as well: a job with
 * `environment:` makes a deployment by itself, and ends it well or badly.
 *
 * A rollback is a deployment with the task `rollback`; the hold is in its payload, and is ended by a
 * status. See docs/adr/0008-rollback-on-github.md.
 */
export function githubLedger(options: GitHubLedgerOptions): Ledger {
  const { environment, run, runUrl } = options;
  /** As it was read last: what stands there already is not written again. */
  let known: readonly Deployment[] | undefined;

  const read = async (): Promise<readonly Deployment[]> => {
    const github = await options.github();
    known = (await deploymentHistory(github, environment, LOOK_BACK)).deployments;
    return known;
  };

  /** By the key that we gave it. */
  const find = async (key: string) =>
    (known ?? (await read())).find(({ payload }) => readPayload(payload)?.key === key);

  const tell = async (id: number, state: 'success' | 'failure' | 'in_progress', text: string) => {
    const github = await options.github();
    const status = { state, description: text, logUrl: runUrl };
    await setDeploymentStatus(github, id, status);
    known = known?.map((one) =>
      one.id === id
        ? { ...one, statuses: [{ ...status, createdAt: github.now() }, ...one.statuses] }
        : one,
    );
  };

  const open = async ({ key, revision, content }: NewRelease): Promise<Entry> => {
    const there = (await find(key)) ?? (await madeByRun(revision));
    if (there !== undefined) return entryOf(there);
    const payload = payloadOf({ key, content });
    const description = `Deploy of ${revision.slice(0, 7)}`;
    const id = await createDeployment(await options.github(), {
      ...{ sha: revision, environment, task: 'deploy', payload, description },
    });
    await tell(id, 'in_progress', '');
    const made = await deploymentAs({ id, sha: revision, task: 'deploy', payload, description });
    known = [made, ...(known ?? [])];
    return entryOf(made);
  };

  /** A job with `environment:` has its deployment already. */
  const madeByRun = async (revision: string): Promise<Deployment | undefined> => {
    if (run.runId === '') return undefined;
    const page = new RegExp(`/actions/runs/${run.runId}(/|$)`);
    return (known ?? (await read())).find(
      ({ sha, task, statuses }) =>
        sha === revision && task !== 'rollback' && statuses.some(({ logUrl }) => page.test(logUrl)),
    );
  };

  const mark = async ({ id }: Entry, as: Mark, reason: string): Promise<void> => {
    const there = known?.find((one) => String(one.id) === id);
    if (there !== undefined && markOf(there.statuses) === as) return;
    await tell(Number(id), as === 'good' ? 'success' : 'failure', markText(as, reason));
  };

  const record = async (rollback: RollbackRecord): Promise<Entry> => {
    const { rollbackId, badRelease, to, state, reason, freeze } = rollback;
    const content = { content: to.content };
    const payload = payloadOf({
      ...{ key: rollbackId, ...content },
      rollback: { revision: to.revision, badRelease, freeze },
    });
    const description = `Rollback from ${badRelease.slice(0, 7)}: ${reason}`;
    const there = await find(rollbackId);
    const id =
      there?.id ??
      (await createDeployment(await options.github(), {
        ...{ environment, task: 'rollback', payload, description },
        // What ran before the first record has no SHA; GitHub wants one.
        sha: to.revision || run.sha,
      }));
    const made =
      there ??
      (await deploymentAs({ id, sha: to.revision, task: 'rollback', payload, description }));
    if (there === undefined) known = [made, ...(known ?? [])];
    if (made.statuses.length === 0) {
      await tell(id, state === 'good' ? 'success' : 'failure', reason);
    }
    return { ...entryOf(made), state };
  };

  const unfreeze = async (by: string): Promise<void> => {
    for (const deployment of (await read()).filter(isHolding)) {
      const state = entryOf(deployment).state === 'good' ? 'success' : 'failure';
      await tell(deployment.id, state, unfrozenText(by));
    }
  };

  return {
    location: `GitHub's deployments to ${environment}`,
    isOurs: false,
    history: async (how) => {
      const deployments = (how === 'known' ? known : undefined) ?? (await read());
      // A rollback without a status was killed while it was written down: it is not there yet.
      const entries = deployments
        .map(entryOf)
        .filter(({ kind, state }) => kind !== 'rollback' || state !== 'unfinished');
      return { entries, hold: holdOf(deployments) };
    },
    open,
    mark,
    record,
    unfreeze,
    isReachable: async (revision, ref) => isReachable(await options.github(), revision, ref),
    limits: async () => limitsOf(await options.github(), environment),
  };

  async function deploymentAs(
    given: Pick<Deployment, 'id' | 'sha' | 'task' | 'payload' | 'description'>,
  ): Promise<Deployment> {
    const createdAt = (await options.github()).now();
    return { ...given, tree: '', createdAt, statuses: [] };
  }
}

/** What the environment asks of jobs, and what a rollback does not wait for. */
async function limitsOf(github: GitHub, environment: string): Promise<readonly string[]> {
  try {
    const rules = await environmentRules(github, environment);
    const skipped = [
      ...(rules?.hasReviewers ? ['its required reviewers are not asked'] : []),
      ...(rules && rules.waitMinutes > 0 ? [`its wait of ${rules.waitMinutes}m is left out`] : []),
    ];
    return skipped.length === 0
      ? []
      : [
          `A deployment that is recorded by GitHub's API does not wait for the rules of ${environment}: ${skipped.join(', ')}. For them to apply, give this job "environment: ${environment}".`,
        ];
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return [
      `Whether ${environment} has required reviewers could not be seen (permissions: actions: read); a rollback does not wait for them.`,
    ];
  }
}
