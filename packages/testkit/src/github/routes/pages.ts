import { type ApiCall, type ApiResponse, NOT_FOUND, type Route } from '../route.ts';
import type { State } from '../state.ts';

const createPagesDeployment: Route = {
  operation: 'POST /repos/{owner}/{repo}/pages/deployments',
  needs: 'pages: write',
  handle: ({ body }, { state, complete }) => {
    const artifact = state.artifacts.find(({ id }) => id === body.artifact_id);
    if (artifact === undefined || artifact.expiresAt <= state.now()) {
      return bad('Artifact could not be deployed. Please ensure the content is not expired.');
    }
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(String(body.oidc_token))) {
      return bad('The OIDC token is not valid.');
    }
    const open = state.pagesDeployments.find(({ statuses }) => !isFinished(statuses[0]));
    if (open !== undefined) {
      return bad(
        `Deployment request failed for ${body.pages_build_version} due to in progress deployment. Please cancel ${open.id} first or wait for it to complete.`,
      );
    }
    const id = String(body.pages_build_version);
    state.pagesDeployments.push({
      id,
      artifact: artifact.id,
      statuses: [...state.pagesStatuses],
    });
    const api = `${state.serverUrl}/repos/${state.owner}/${state.repo}`;
    return {
      status: 200,
      body: complete('page-deployment', {
        id,
        status_url: `${api}/pages/deployments/${id}`,
        page_url: `https://${state.owner}.github.test/${state.repo}/`,
      }),
    };
  },
};

function bad(message: string): ApiResponse {
  return { status: 400, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

const getPagesDeployment: Route = {
  operation: 'GET /repos/{owner}/{repo}/pages/deployments/{pages_deployment_id}',
  needs: 'pages: read',
  handle: (call, { state }) => {
    const found = findLatest(call, state);
    if (found === undefined) return NOT_FOUND;
    const [status] = found.statuses;
    if (found.statuses.length > 1) found.statuses.shift();
    return { status: 200, body: { status } };
  },
};

const cancelPagesDeployment: Route = {
  operation: 'POST /repos/{owner}/{repo}/pages/deployments/{pages_deployment_id}/cancel',
  needs: 'pages: write',
  handle: (call, { state }) => {
    const found = findLatest(call, state);
    if (found === undefined) return NOT_FOUND;
    found.statuses.splice(0, found.statuses.length, 'deployment_cancelled');
    return { status: 204 };
  },
};

/** Finds the latest deployment of a version. */
function findLatest({ params }: ApiCall, { pagesDeployments }: State) {
  return pagesDeployments.findLast(({ id }) => id === params.pages_deployment_id);
}

function isFinished(status: string | undefined): boolean {
  return status === 'succeed' || /_(cancelled|failed|error|lost)$/.test(status ?? '');
}

export const pagesRoutes: readonly Route[] = [
  createPagesDeployment,
  getPagesDeployment,
  cancelPagesDeployment,
];
