import type { Docker } from './client.ts';
import { textAt } from './json.ts';
import { requestJson, toDaemonError } from './requests.ts';

/** The time for the response itself, in addition to any time that the daemon waits. */
const RESPONSE_TIMEOUT_MS = 30_000;

/**
 * Creates a container without starting it, and returns its ID.
 *
 * @param settings the body of `POST /containers/create`
 */
export async function createContainer(
  docker: Docker,
  name: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const response = await requestJson(docker, {
    method: 'POST',
    path: '/containers/create',
    query: { name },
    body: settings,
  });
  return textAt(response, 'Id');
}

/** Starts a container, unless it is already running. */
export async function startContainer(docker: Docker, nameOrId: string): Promise<void> {
  await change(docker, `${toPath(nameOrId)}/start`);
}

/**
 * Stops a container, and kills it after the grace period. Does nothing if it is not running.
 *
 * @param graceSeconds the default is the setting of the container, else 10 s
 */
export async function stopContainer(
  docker: Docker,
  nameOrId: string,
  graceSeconds: number | undefined,
): Promise<void> {
  const graceMs = (graceSeconds ?? 600) * 1_000;
  await change(
    docker,
    `${toPath(nameOrId)}/stop`,
    { t: graceSeconds },
    graceMs + RESPONSE_TIMEOUT_MS,
  );
}

/** Renames a container. The name must not be in use. */
export async function renameContainer(
  docker: Docker,
  nameOrId: string,
  name: string,
): Promise<void> {
  await change(docker, `${toPath(nameOrId)}/rename`, { name });
}

/** @param endpoint the `EndpointConfig` of `POST /networks/{id}/connect` */
export async function connectToNetwork(
  docker: Docker,
  network: string,
  container: string,
  endpoint: Readonly<Record<string, unknown>>,
): Promise<void> {
  await requestJson(docker, {
    method: 'POST',
    path: `/networks/${encodeURIComponent(network)}/connect`,
    body: { Container: container, EndpointConfig: endpoint },
  });
}

/** Accepts status 304: the container already is in the requested state. */
async function change(
  docker: Docker,
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
  timeoutMs = RESPONSE_TIMEOUT_MS,
): Promise<void> {
  const request = { method: 'POST', path, query, timeoutMs } as const;
  const response = await docker.request(request);
  if (response.status >= 300 && response.status !== 304) throw toDaemonError(request, response);
}

function toPath(nameOrId: string): string {
  return `/containers/${encodeURIComponent(nameOrId)}`;
}
