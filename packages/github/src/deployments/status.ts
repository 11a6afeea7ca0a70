import { createOnce } from '../create-once.ts';
import type { GitHub } from '../github.ts';
import type { DeploymentState } from './deployment.ts';

/** GitHub's limit, in characters. */
const MAX_DESCRIPTION_LENGTH = 140;

export interface NewStatus {
  readonly state: Exclude<DeploymentState, 'waiting'>;
  /** Cut to GitHub's limit. */
  readonly description: string;
  /** The URL of the run; empty if there is none. */
  readonly logUrl: string;
}

/** Creates a deployment status once (permissions: deployments: write). */
export async function setDeploymentStatus(
  { rest, repository }: GitHub,
  deployment: number,
  { state, description, logUrl }: NewStatus,
): Promise<void> {
  const short = shortened(description);
  await createOnce<unknown>(
    () =>
      rest.repos.createDeploymentStatus({
        ...repository,
        deployment_id: deployment,
        state,
        description: short,
        ...(logUrl !== '' && { log_url: logUrl }),
      }),
    async () => {
      const { data } = await rest.repos.listDeploymentStatuses({
        ...repository,
        deployment_id: deployment,
        per_page: 1,
      });
      return data.find((one) => one.state === state && one.description === short);
    },
  );
}

function shortened(text: string): string {
  return text.length <= MAX_DESCRIPTION_LENGTH
    ? text
    : `${text.slice(0, MAX_DESCRIPTION_LENGTH - 1).toWellFormed()}…`;
}
