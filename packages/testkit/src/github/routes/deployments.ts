import type { Deployment } from '../records.ts';
import {
  type ApiCall,
  type ApiResponse,
  NOT_FOUND,
  paginate,
  type Route,
  type RouteContext,
  unprocessable,
} from '../route.ts';
import { isoSeconds, type State } from '../state.ts';
import { trigger } from '../triggers.ts';
import { toUserBody } from './users.ts';

const createDeployment: Route = {
  operation: 'POST /repos/{owner}/{repo}/deployments',
  needs: 'deployments: write',
  handle: ({ body }, context) => {
    const { state } = context;
    const ref = String(body.ref);
    const sha = state.git === undefined ? parseSha(ref) : state.git.commit(ref);
    if (sha === undefined) return unprocessable(`No ref found for: ${ref}`);
    const merged = body.auto_merge === false ? undefined : autoMerge(ref, state);
    if (merged !== undefined) return merged;
    const failed = (state.failedStatuses[sha] ?? []).filter(
      (context) =>
        !Array.isArray(body.required_contexts) || body.required_contexts.includes(context),
    );
    if (failed.length > 0) {
      return conflict(`Conflict: Commit status checks failed for ${ref}.`);
    }
    const environment = String(body.environment ?? 'production');
    const deployment: Deployment = {
      id: state.nextId(),
      ref,
      sha,
      task: String(body.task ?? 'deploy'),
      environment,
      payload: typeof body.payload === 'object' ? Object(body.payload) : String(body.payload ?? ''),
      description: String(body.description ?? ''),
      isTransient: body.transient_environment === true,
      isProduction: Boolean(body.production_environment ?? environment === 'production'),
      creator: state.user,
      createdAt: state.now(),
      statuses: [],
    };
    state.deployments.push(deployment);
    trigger(state, 'deployment', ref, sha);
    return { status: 201, body: toDeploymentBody(deployment, context) };
  },
};

/** Merges the default branch into an outdated branch instead of deploying it. */
function autoMerge(ref: string, { git, defaultBranch }: State): ApiResponse | undefined {
  if (git?.ref(`refs/heads/${ref}`) === undefined || ref === defaultBranch) return undefined;
  const missing = git.between(ref, defaultBranch);
  if (missing.length === 0) return undefined;
  return git.mergeBase(ref, defaultBranch) === undefined
    ? conflict(`Conflict merging ${defaultBranch} into ${ref}.`)
    : { status: 202, body: { message: `Auto-merged ${defaultBranch} into ${ref} on deployment.` } };
}

function conflict(message: string): ApiResponse {
  return { status: 409, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

const listDeployments: Route = {
  operation: 'GET /repos/{owner}/{repo}/deployments',
  needs: 'deployments: read',
  handle: (call, context) => {
    const { sha, ref, task, environment } = call.query;
    const found = context.state.deployments
      .filter((one) => sha === undefined || one.sha === sha)
      .filter((one) => ref === undefined || one.ref === ref)
      .filter((one) => task === undefined || one.task === task)
      .filter((one) => environment === undefined || one.environment === environment)
      .sort((one, other) => other.id - one.id);
    return {
      status: 200,
      total: found.length,
      body: paginate(found, call).map((deployment) => toDeploymentBody(deployment, context)),
    };
  },
};

const createStatus: Route = {
  operation: 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  needs: 'deployments: write',
  handle: (call, context) => {
    const { state } = context;
    const deployment = findDeployment(call, state);
    if (deployment === undefined) return NOT_FOUND;
    const { body } = call;
    const description = String(body.description ?? '');
    if (description.length > 140) {
      return unprocessable('description is too long (maximum is 140 characters)');
    }
    const status: Deployment['statuses'][number] = {
      id: state.nextId(),
      state: body.state as Deployment['statuses'][number]['state'],
      description,
      logUrl: String(body.log_url ?? body.target_url ?? ''),
      environmentUrl: String(body.environment_url ?? ''),
      creator: state.user,
      createdAt: state.now(),
    };
    deployment.statuses.push(status);
    if (status.state === 'success' && body.auto_inactive !== false)
      deactivateOlder(deployment, state);
    trigger(state, 'deployment_status', deployment.ref, deployment.sha);
    return { status: 201, body: toStatusBody(status, deployment, context) };
  },
};

/** Deactivates older successful deployments outside of production. */
function deactivateOlder({ id, environment }: Deployment, state: State): void {
  for (const deployment of state.deployments) {
    const { statuses, isProduction, isTransient } = deployment;
    if (deployment.id >= id || deployment.environment !== environment) continue;
    if (isProduction || isTransient || statuses.at(-1)?.state !== 'success') continue;
    statuses.push({
      id: state.nextId(),
      state: 'inactive',
      description: '',
      logUrl: '',
      environmentUrl: '',
      creator: state.user,
      createdAt: state.now(),
    });
  }
}

const listStatuses: Route = {
  operation: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  needs: 'deployments: read',
  handle: (call, context) => {
    const deployment = findDeployment(call, context.state);
    if (deployment === undefined) return NOT_FOUND;
    return {
      status: 200,
      total: deployment.statuses.length,
      body: paginate(deployment.statuses.toReversed(), call).map((status) =>
        toStatusBody(status, deployment, context),
      ),
    };
  },
};

function findDeployment({ params }: ApiCall, { deployments }: State): Deployment | undefined {
  return deployments.find(({ id }) => id === Number(params.deployment_id));
}

/** Accepts any SHA for a repository without git objects. */
function parseSha(ref: string): string | undefined {
  return /^[0-9a-f]{40}$/.test(ref) ? ref : undefined;
}

function toDeploymentBody(deployment: Deployment, { state, complete }: RouteContext): object {
  const api = `${state.serverUrl}/repos/${state.owner}/${state.repo}`;
  const { id, ref, sha, task, environment, payload, description, statuses } = deployment;
  return complete('deployment', {
    id,
    ref,
    sha,
    task,
    environment,
    payload,
    description,
    original_environment: environment,
    creator: toUserBody(deployment.creator, complete),
    created_at: isoSeconds(deployment.createdAt),
    updated_at: isoSeconds(statuses.at(-1)?.createdAt ?? deployment.createdAt),
    url: `${api}/deployments/${id}`,
    statuses_url: `${api}/deployments/${id}/statuses`,
    repository_url: api,
    transient_environment: deployment.isTransient,
    production_environment: deployment.isProduction,
  });
}

function toStatusBody(
  status: Deployment['statuses'][number],
  { id, environment }: Deployment,
  { state, complete }: RouteContext,
): object {
  const api = `${state.serverUrl}/repos/${state.owner}/${state.repo}`;
  const url = `${api}/deployments/${id}`;
  return complete('deployment-status', {
    id: status.id,
    state: status.state,
    description: status.description,
    environment,
    creator: toUserBody(status.creator, complete),
    created_at: isoSeconds(status.createdAt),
    updated_at: isoSeconds(status.createdAt),
    url: `${url}/statuses/${status.id}`,
    deployment_url: url,
    repository_url: api,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
  });
}

export const deploymentRoutes: readonly Route[] = [
  createDeployment,
  listDeployments,
  createStatus,
  listStatuses,
];
