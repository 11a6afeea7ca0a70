import { createOnce } from '../create-once.ts';
import type { GitHub } from '../github.ts';
import { GitHubError } from '../github-error.ts';
import { deploymentHistory } from './history.ts';

export interface NewDeployment {
  /** Full SHA of the deployed commit. */
  readonly sha: string;
  readonly environment: string;
  /** `deploy`, `rollback`. */
  readonly task: string;
  /** Its `key` is unique and identifies the deployment. */
  readonly payload: Readonly<Record<string, unknown>> & { readonly key: string };
  readonly description: string;
}

/** Deployments to search for one whose response was lost. */
const LOOK_BACK = 20;

/**
 * Records a deployment once (permissions: deployments: write). Does not merge the default branch into it,
 * because the exact commit is deployed, and ignores commit statuses, because the commit was in that
 * environment before.
 *
 * @returns its id
 */
export async function createDeployment(
  github: GitHub,
  { sha, environment, task, payload, description }: NewDeployment,
): Promise<number> {
  const { rest, repository } = github;
  const create = async () => {
    const { data, status } = await rest.repos.createDeployment({
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
      throw new GitHubError(
        `GitHub did not create a deployment of ${sha} and responded with ${status}`,
        {
          status,
          remedy: 'Check that the commit is still in the repository.',
        },
      );
    }
    return Number(data.id);
  };
  return createOnce(create, async () => {
    const { deployments } = await deploymentHistory(github, environment, LOOK_BACK);
    return deployments.find((one) => getKey(one.payload) === payload.key)?.id;
  });
}

/** The key of a deployment from this action; `undefined` for other deployments. */
export function getKey(payload: unknown): string | undefined {
  return typeof payload === 'object' &&
    payload !== null &&
    'key' in payload &&
    typeof payload.key === 'string'
    ? payload.key
    : undefined;
}
