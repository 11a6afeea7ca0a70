import { createHash } from 'node:crypto';
import type { Artifact } from '../records.ts';
import { NOT_FOUND, paginate, type Route, type RouteContext } from '../route.ts';
import { isoSeconds } from '../state.ts';

const listArtifacts: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
  needs: 'actions: read',
  handle: (call, context) => {
    const { name } = call.query;
    const found = context.state.artifacts
      .filter(({ run }) => run === Number(call.params.run_id))
      .filter((artifact) => name === undefined || artifact.name === name)
      .sort((one, other) => other.id - one.id);
    return {
      status: 200,
      total: found.length,
      body: {
        total_count: found.length,
        artifacts: paginate(found, call).map((artifact) => toArtifactBody(artifact, context)),
      },
    };
  },
};

const downloadArtifact: Route = {
  operation: 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
  needs: 'actions: read',
  handle: ({ params }, { state }) => {
    const found = state.artifacts.find(({ id }) => id === Number(params.artifact_id));
    if (found === undefined) return NOT_FOUND;
    if (found.expiresAt <= state.now()) {
      return { status: 410, body: { message: 'Artifact has expired' } };
    }
    return {
      status: 302,
      headers: { location: `${state.serverUrl}${SIGNED_DOWNLOADS}${found.id}?sig=x` },
    };
  },
};

/** The path of signed download URLs, which need no token. */
export const SIGNED_DOWNLOADS = '/signed-artifacts/';

function toArtifactBody(artifact: Artifact, { state, complete }: RouteContext): object {
  const { id, run, name, content, createdAt, expiresAt } = artifact;
  const url = `${state.serverUrl}/repos/${state.owner}/${state.repo}/actions/artifacts/${id}`;
  return complete('artifact', {
    id,
    name,
    url,
    size_in_bytes: content.length,
    archive_download_url: `${url}/zip`,
    expired: expiresAt <= state.now(),
    created_at: isoSeconds(createdAt),
    updated_at: isoSeconds(createdAt),
    expires_at: isoSeconds(expiresAt),
    digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    workflow_run: { id: run },
  });
}

export const artifactRoutes: readonly Route[] = [listArtifacts, downloadArtifact];
