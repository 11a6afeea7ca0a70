import { createOnce } from '../create-once.ts';
import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import { deploymentHistory } from './history.ts';

export interface NewDeployment {
  /** What is deployed; full SHA. */
  readonly sha: string;
  readonly environment: string;
  /** `deploy`, `rollback`. */
  readonly task: string;
  /** Is found again by its `key`, which no other deployment has. */
  readonly payload: Readonly<Record<string, unknown>> & { readonly key: string };
  readonly description: string;
}

/** Deployments that are looked through for one whose creation was not answered. */
const LOOK_BACK = 20;

/**
 * Records a deployment, once (permissions: deployments: write); nothing is deployed by it but by
 * what reacts to it. Neither merged with the default branch (what was good as it was must come back
 * as it was), nor held up by commit statuses (it has been in that environment before).
 *
 * @returns its id
 */
export async function createDeployment(
  github: GitHub,
  { sha, environment, task, payload, description }: NewDeployment,
): Promise<number> {
  const { request, repository } = github;
  const create = async () => {
    const { data, status } = await request('POST /repos/{owner}/{repo}/deployments', {
      ...repository,
      ref: sha,
      environment,
      task,
      payload: { ...payload },
      description,
      auto_merge: false,
      required_contexts: [],
    });
    if (status !== 201 || !('id' in data)) {
      throw new GitHubError(`GitHub made no deployment of ${sha}, but answers ${status}`, {
        status,
        remedy: 'Check whether that commit is still in the repository.',
      });
    }
    return Number(data.id);
  };
  return createOnce(create, async () => {
    const { deployments } = await deploymentHistory(github, environment, LOOK_BACK);
    return deployments.find((one) => keyOf(one.payload) === payload.key)?.id;
  });
}

/** The key by which a deployment of ours is found again; `undefined` for one of somebody else. */
export function keyOf(payload: unknown): string | undefined {
  return typeof payload === 'object' &&
    payload !== null &&
    'key' in payload &&
    typeof payload.key === 'string'
    ? payload.key
    : undefined;
}
