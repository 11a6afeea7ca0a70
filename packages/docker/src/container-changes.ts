import { refusal, requestJson } from './answers.ts';
import type { Docker } from './client.ts';
import { textAt } from './json.ts';

/** What the daemon takes to answer besides what it waits for, ms. */
const ANSWER_MS = 30_000;

/**
 * Makes a container, without starting it; its ID.
 *
 * @param settings as `POST /containers/create` has them
 */
export async function createContainer(
  docker: Docker,
  name: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const answer = await requestJson(docker, {
    method: 'POST',
    path: '/containers/create',
    query: { name },
    body: settings,
  });
  return textAt(answer, 'Id');
}

/** Starts a container; one that runs already is fine. */
export async function startContainer(docker: Docker, nameOrId: string): Promise<void> {
  await change(docker, `${pathOf(nameOrId)}/start`);
}

/**
 * Lets a container end, and kills it when it does not; one that does not run is fine.
 *
 * @param graceSeconds how long it may take; its own setting unless told, which is 10 s by default
 */
export async function stopContainer(
  docker: Docker,
  nameOrId: string,
  graceSeconds: number | undefined,
): Promise<void> {
  const waits = (graceSeconds ?? 600) * 1_000;
  await change(docker, `${pathOf(nameOrId)}/stop`, { t: graceSeconds }, waits + ANSWER_MS);
}

/** Gives a container another name, which nobody may have. */
export async function renameContainer(
  docker: Docker,
  nameOrId: string,
  name: string,
): Promise<void> {
  await change(docker, `${pathOf(nameOrId)}/rename`, { name });
}

/** @param endpoint as `EndpointConfig` of `POST /networks/{id}/connect` */
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

/** 304: it is that way already. */
async function change(
  docker: Docker,
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
  timeoutMs = ANSWER_MS,
): Promise<void> {
  const request = { method: 'POST', path, query, timeoutMs } as const;
  const answer = await docker.request(request);
  if (answer.status >= 300 && answer.status !== 304) throw refusal(request, answer);
}

function pathOf(nameOrId: string): string {
  return `/containers/${encodeURIComponent(nameOrId)}`;
}
