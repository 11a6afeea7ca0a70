import { type Removal, requestFound, requestJson, requestRemoval } from './answers.ts';
import type { Docker } from './client.ts';
import type { Filters } from './containers.ts';
import { at, entriesAt, type Labels, labelsAt, listAt, textAt, timeAt } from './json.ts';

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  /** `local`, or `swarm`: then other nodes may use it. */
  readonly scope: string;
  /** The one that swarm makes for itself. */
  readonly ingress: boolean;
  /** Epoch milliseconds. */
  readonly createdMs: number | undefined;
  readonly labels: Labels;
}

export interface NetworkDetails extends Network {
  /** IDs of the running containers; stopped ones are not listed here. */
  readonly containers: readonly string[];
}

export async function listNetworks(docker: Docker, filters?: Filters): Promise<readonly Network[]> {
  const list = await requestJson(docker, { path: '/networks', query: { filters } });
  return listAt({ list }, 'list').map(network);
}

/** A network by name or ID; `undefined` when there is none. */
export async function inspectNetwork(
  docker: Docker,
  nameOrId: string,
): Promise<NetworkDetails | undefined> {
  const raw = await requestFound(docker, { path: pathOf(nameOrId) });
  if (raw === undefined) return undefined;
  return { ...network(raw), containers: entriesAt(raw, 'Containers').map(([id]) => id) };
}

/** Stopped containers do not keep the daemon from it, and can never start again afterwards. */
export function removeNetwork(docker: Docker, nameOrId: string): Promise<Removal> {
  return requestRemoval(docker, { path: pathOf(nameOrId) });
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

function pathOf(nameOrId: string): string {
  return `/networks/${encodeURIComponent(nameOrId)}`;
}
