import { createOnce } from '../create-once.ts';
import type { GitHub } from '../github.ts';
import type { DeploymentState } from './deployment.ts';

/** Longest description that GitHub takes, in characters. */
const LONGEST = 140;

export interface NewStatus {
  readonly state: Exclude<DeploymentState, 'waiting'>;
  /** Is cut to the length that GitHub takes. */
  readonly description: string;
  /** The page of the run; empty for none. */
  readonly logUrl: string;
}

/** Tells what became of a deployment, once (permissions: deployments: write). */
export async function setDeploymentStatus(
  { request, repository }: GitHub,
  deployment: number,
  { state, description, logUrl }: NewStatus,
): Promise<void> {
  const short = shortened(description);
  await createOnce<unknown>(
    () =>
      request('POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
        ...repository,
        deployment_id: deployment,
        state,
        description: short,
        ...(logUrl !== '' && { log_url: logUrl }),
      }),
    async () => {
      const { data } = await request(
        'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
        { ...repository, deployment_id: deployment, per_page: 1 },
      );
      return data.find((one) => one.state === state && one.description === short);
    },
  );
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).toWellFormed()}…`;
}
