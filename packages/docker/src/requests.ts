import type { Docker } from './client.ts';
import { DaemonError, daemonError, readErrorMessage } from './errors.ts';
import type { DockerRequest, DockerResponse } from './transport.ts';

/** Returns the JSON of a successful response. Throws a {@link DaemonError} for any other status. */
export async function requestJson(docker: Docker, request: DockerRequest): Promise<unknown> {
  const response = await docker.request(request);
  if (response.status >= 300) throw toDaemonError(request, response);
  return parseJson(response);
}

/** Like {@link requestJson}, but returns `undefined` when the object does not exist (404). */
export async function requestOptional(docker: Docker, request: DockerRequest): Promise<unknown> {
  const response = await docker.request(request);
  if (response.status === 404) return undefined;
  if (response.status >= 300) throw toDaemonError(request, response);
  return parseJson(response);
}

/** The result of a request to remove an object. */
export type Removal =
  | { readonly kind: 'removed'; readonly body: unknown }
  /** The object does not exist (404). */
  | { readonly kind: 'missing' }
  /** The object is in use or already being removed (409, or 403 for networks). */
  | { readonly kind: 'conflict'; readonly message: string };

export async function requestRemoval(docker: Docker, request: DockerRequest): Promise<Removal> {
  const deletion: DockerRequest = { method: 'DELETE', ...request };
  const response = await docker.request(deletion);
  const { status, body } = response;
  if (status < 300) return { kind: 'removed', body: parseJson(response) };
  if (status === 404) return { kind: 'missing' };
  if (status === 409 || status === 403)
    return { kind: 'conflict', message: readErrorMessage(body) };
  throw toDaemonError(deletion, response);
}

export function toDaemonError(
  { method = 'GET', path }: DockerRequest,
  response: DockerResponse,
): DaemonError {
  return daemonError(`${method} ${path}`, response.status, readErrorMessage(response.body));
}

/** Some successful responses have no body. */
function parseJson({ status, body }: DockerResponse): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new DaemonError(status, 'the response of the Docker daemon is not valid JSON', {
      remedy: 'Check that host, context or DOCKER_HOST point to a Docker daemon.',
    });
  }
}
