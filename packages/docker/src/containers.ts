import type { Docker } from './client.ts';
import {
  at,
  entriesAt,
  type Labels,
  labelsAt,
  listAt,
  numberAt,
  textAt,
  textsAt,
  timeAt,
} from './json.ts';
import { type Removal, requestJson, requestOptional, requestRemoval } from './requests.ts';

/** Filters by property name; the daemon ignores unknown names. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** A container in a list, running or stopped. */
export interface Container {
  readonly id: string;
  /** Without the leading slash. */
  readonly names: readonly string[];
  /** The image given when the container was created: a tag or an ID. */
  readonly image: string;
  readonly imageId: string;
  /** Epoch milliseconds. */
  readonly createdMs: number | undefined;
  readonly state: ContainerState;
  /** Includes the labels of the image. */
  readonly labels: Labels;
  readonly networks: readonly Attachment[];
  /** The ID of the container whose network this one shares; usually empty. */
  readonly networkOf: string;
  readonly mounts: readonly Mount[];
}

export type ContainerState =
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'removing'
  | 'exited'
  | 'dead';

/** A network that a container is attached to; the ID is empty until the container starts. */
export interface Attachment {
  readonly name: string;
  readonly id: string;
}

export interface Mount {
  readonly type: string;
  /** The name of the volume; empty for other types. */
  readonly volume: string;
  readonly source: string;
  readonly destination: string;
}

export interface ContainerDetails extends Omit<Container, 'names'> {
  readonly name: string;
  /** `undefined` if the container has no health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | undefined;
  /** The output of the last health check. */
  readonly healthOutput: string;
  /** How often the restart policy restarted the container. */
  readonly restarts: number;
  /** The exit code of the last run; 0 before the first run. */
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** The reason that the container could not start; usually empty. */
  readonly error: string;
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
  readonly tty: boolean;
  /** IDs of the containers whose PID or IPC namespace it uses; it cannot run without them. */
  readonly sharesWith: readonly string[];
  /** The complete response, to create a similar container. */
  readonly raw: unknown;
}

/** Lists all containers that match the filters, stopped ones included. */
export async function listContainers(
  docker: Docker,
  filters?: Filters,
): Promise<readonly Container[]> {
  const list = await requestJson(docker, {
    path: '/containers/json',
    query: { all: true, filters },
  });
  return listAt({ list }, 'list').map((item) => ({
    id: textAt(item, 'Id'),
    names: textsAt(item, 'Names').map(withoutSlash),
    image: textAt(item, 'Image'),
    imageId: textAt(item, 'ImageID'),
    createdMs: timeAt(item, 'Created'),
    state: textAt(item, 'State') as ContainerState,
    labels: labelsAt(item, 'Labels'),
    networks: readNetworks(item),
    networkOf: readSharedContainer(item, 'NetworkMode'),
    mounts: readMounts(item),
  }));
}

/** Finds a container by name or ID; `undefined` if none exists. */
export async function inspectContainer(
  docker: Docker,
  nameOrId: string,
): Promise<ContainerDetails | undefined> {
  const raw = await requestOptional(docker, { path: `${toPath(nameOrId)}/json` });
  if (raw === undefined) return undefined;
  const health = textAt(raw, 'State', 'Health', 'Status');
  return {
    id: textAt(raw, 'Id'),
    name: withoutSlash(textAt(raw, 'Name')),
    image: textAt(raw, 'Config', 'Image'),
    imageId: textAt(raw, 'Image'),
    createdMs: timeAt(raw, 'Created'),
    state: textAt(raw, 'State', 'Status') as ContainerState,
    labels: labelsAt(raw, 'Config', 'Labels'),
    networks: readNetworks(raw),
    networkOf: readSharedContainer(raw, 'NetworkMode'),
    mounts: readMounts(raw),
    health: health === '' || health === 'none' ? undefined : (health as ContainerDetails['health']),
    healthOutput: textAt(listAt(raw, 'State', 'Health', 'Log').at(-1), 'Output'),
    restarts: numberAt(raw, 'RestartCount') ?? 0,
    exitCode: numberAt(raw, 'State', 'ExitCode') ?? 0,
    oomKilled: at(raw, 'State', 'OOMKilled') === true,
    error: textAt(raw, 'State', 'Error'),
    startedMs: timeAt(raw, 'State', 'StartedAt'),
    finishedMs: timeAt(raw, 'State', 'FinishedAt'),
    tty: at(raw, 'Config', 'Tty') === true,
    sharesWith: ['PidMode', 'IpcMode'].flatMap((mode) => readSharedContainer(raw, mode) || []),
    raw,
  };
}

/** @param force kills a running container @param volumes also removes its anonymous volumes */
export function removeContainer(
  docker: Docker,
  nameOrId: string,
  { force, volumes }: { readonly force: boolean; readonly volumes: boolean },
): Promise<Removal> {
  return requestRemoval(docker, { path: toPath(nameOrId), query: { force, v: volumes } });
}

function toPath(nameOrId: string): string {
  return `/containers/${encodeURIComponent(nameOrId)}`;
}

function readNetworks(item: unknown): readonly Attachment[] {
  return entriesAt(item, 'NetworkSettings', 'Networks').map(([name, network]) => ({
    name,
    id: textAt(network, 'NetworkID'),
  }));
}

/** Returns the ID of the container whose namespace of this kind is shared; usually empty. */
function readSharedContainer(item: unknown, kind: string): string {
  const mode = textAt(item, 'HostConfig', kind);
  return mode.startsWith('container:') ? mode.slice('container:'.length) : '';
}

function readMounts(item: unknown): readonly Mount[] {
  return listAt(item, 'Mounts').map((mount) => ({
    type: textAt(mount, 'Type'),
    volume: textAt(mount, 'Name'),
    source: textAt(mount, 'Source'),
    destination: textAt(mount, 'Destination'),
  }));
}

function withoutSlash(name: string): string {
  return name.replace(/^\//, '');
}
