import type { Docker } from './client.ts';
import type { Filters } from './containers.ts';
import { at, entriesAt, type Labels, labelsAt, listAt, textAt, timeAt } from './json.ts';
import { type Removal, requestJson, requestOptional, requestRemoval } from './requests.ts';

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  /** `local`, or `swarm` if other nodes may use it. */
  readonly scope: string;
  /** The network that swarm creates for its routing mesh. */
  readonly ingress: boolean;
  /** Epoch milliseconds. */
  readonly createdMs: number | undefined;
  readonly labels: Labels;
}

export interface NetworkDetails extends Network {
  /** IDs of the running containers; the daemon does not list stopped ones. */
  readonly containers: readonly string[];
}

export async function listNetworks(docker: Docker, filters?: Filters): Promise<readonly Network[]> {
  const list = await requestJson(docker, { path: '/networks', query: { filters } });
  return listAt({ list }, 'list').map(network);
}

/** Finds a network by name or ID; `undefined` if none exists. */
export async function inspectNetwork(
  docker: Docker,
  nameOrId: string,
): Promise<NetworkDetails | undefined> {
  const raw = await requestOptional(docker, { path: toPath(nameOrId) });
  if (raw === undefined) return undefined;
  return { ...network(raw), containers: entriesAt(raw, 'Containers').map(([id]) => id) };
}

/** The daemon also removes a network that stopped containers use; those cannot start again. */
export function removeNetwork(docker: Docker, nameOrId: string): Promise<Removal> {
  return requestRemoval(docker, { path: toPath(nameOrId) });
}

function network(item: unknown): Network {
  return {
    id: textAt(item, 'Id'),
    name: textAt(item, 'Name'),
    driver: textAt(item, 'Driver'),
    scope: textAt(item, 'Scope'),
    ingress: at(item, 'Ingress') === true,
    createdMs: timeAt(item, 'Created'),
    labels: labelsAt(item, 'Labels'),
  };
}

function toPath(nameOrId: string): string {
  return `/networks/${encodeURIComponent(nameOrId)}`;
}
