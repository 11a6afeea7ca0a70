import type { GitHub } from '../github.ts';

export interface NewPagesDeployment {
  readonly artifact: number;
  /** Names the build, the SHA of its commit; also the id of the deployment. */
  readonly version: string;
  /** That this is a job of a workflow, by the runner's OIDC service. */
  readonly oidcToken: string;
  readonly environment: string;
}

/** How far a deployment of Pages is. */
export type PagesState =
  | { readonly kind: 'busy'; readonly status: string }
  | { readonly kind: 'good' }
  | { readonly kind: 'failed'; readonly status: string };

/**
 * Publishes an artifact (permissions: pages: write, id-token: write). Started twice, the second one
 * is refused while the first one is on its way.
 *
 * @returns its id
 */
export async function createPagesDeployment(
  { request, repository }: GitHub,
  { artifact, version, oidcToken, environment }: NewPagesDeployment,
): Promise<string> {
  const { data } = await request('POST /repos/{owner}/{repo}/pages/deployments', {
    ...repository,
    artifact_id: artifact,
    pages_build_version: version,
    oidc_token: oidcToken,
    environment,
  });
  return String(data.id);
}

/** How far it is (permissions: pages: read). */
export async function pagesState({ request, repository }: GitHub, id: string): Promise<PagesState> {
  const { data } = await request(
    'GET /repos/{owner}/{repo}/pages/deployments/{pages_deployment_id}',
    { ...repository, pages_deployment_id: id },
  );
  const { status = 'deployment_in_progress' } = data;
  if (status === 'succeed') return { kind: 'good' };
  return /_(failed|error|lost|cancelled)$/.test(status)
    ? { kind: 'failed', status }
    : { kind: 'busy', status };
}

/** Stops one that is on its way (permissions: pages: write). */
export async function cancelPagesDeployment(
  { request, repository }: GitHub,
  id: string,
): Promise<void> {
  await request('POST /repos/{owner}/{repo}/pages/deployments/{pages_deployment_id}/cancel', {
    ...repository,
    pages_deployment_id: id,
  });
}
