import type { GitHub } from '../github.ts';

export interface NewPagesDeployment {
  readonly artifact: number;
  /** The SHA of the build's commit, which is also the id of the deployment. */
  readonly version: string;
  /** The OIDC token of the job. */
  readonly oidcToken: string;
  readonly environment: string;
}

/** The state of a Pages deployment. */
export type PagesState =
  | { readonly kind: 'busy'; readonly status: string }
  | { readonly kind: 'good' }
  | { readonly kind: 'failed'; readonly status: string };

/**
 * Publishes an artifact (permissions: pages: write, id-token: write). GitHub rejects another deployment
 * while this one is in progress.
 *
 * @returns its id
 */
export async function createPagesDeployment(
  { rest, repository }: GitHub,
  { artifact, version, oidcToken, environment }: NewPagesDeployment,
): Promise<string> {
  const { data } = await rest.repos.createPagesDeployment({
    ...repository,
    artifact_id: artifact,
    pages_build_version: version,
    oidc_token: oidcToken,
    environment,
  });
  return String(data.id);
}

/** Reads the state of a deployment (permissions: pages: read). */
export async function pagesState({ rest, repository }: GitHub, id: string): Promise<PagesState> {
  const { data } = await rest.repos.getPagesDeployment({ ...repository, pages_deployment_id: id });
  const { status = 'deployment_in_progress' } = data;
  if (status === 'succeed') return { kind: 'good' };
  return /_(failed|error|lost|cancelled)$/.test(status)
    ? { kind: 'failed', status }
    : { kind: 'busy', status };
}

/** Cancels a deployment in progress (permissions: pages: write). */
export async function cancelPagesDeployment(
  { rest, repository }: GitHub,
  id: string,
): Promise<void> {
  await rest.repos.cancelPagesDeployment({
    ...repository,
    pages_deployment_id: id,
  });
}
