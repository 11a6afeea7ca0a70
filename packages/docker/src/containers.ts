import { type Removal, requestFound, requestJson, requestRemoval } from './answers.ts';
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

/** Names of properties to values that have to be met; the daemon ignores names it does not know. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** A container as lists have it, running or not. */
export interface Container {
  readonly id: string;
  /** Without the slash. */
  readonly names: readonly string[];
  /** As it was given when the container was made: a tag, or an ID. */
  readonly image: string;
  readonly imageId: string;
  /** Epoch milliseconds. */
  readonly createdMs: number | undefined;
  readonly state: ContainerState;
  /** Its image's labels are among them. */
  readonly labels: Labels;
  readonly networks: readonly Attachment[];
  /** The ID of the container whose network it shares; usually empty. */
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

/** A network that a container is attached to; the ID is empty until it has been started. */
export interface Attachment {
  readonly name: string;
  readonly id: string;
}

export interface Mount {
  readonly type: string;
  /** The volume; empty for other types. */
  readonly volume: string;
  readonly source: string;
  readonly destination: string;
}

export interface ContainerDetails extends Omit<Container, 'names'> {
  readonly name: string;
  /** `undefined` without a health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | undefined;
  /** What the last health check printed. */
  readonly healthOutput: string;
  /** How often the daemon restarted it by its restart policy. */
  readonly restarts: number;
  /** Of the last run; 0 before the first. */
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Why it could not be started; usually empty. */
  readonly error: string;
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
  readonly tty: boolean;
  /** IDs of the containers whose processes or shared memory it sees: it cannot run without them. */
  readonly sharesWith: readonly string[];
  /** The whole answer, to make another container like it. */
  readonly raw: unknown;
}

/** All containers, stopped ones too, that meet the filters. */
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
    networks: networksOf(item),
    networkOf: sharedBy(item, 'NetworkMode'),
    mounts: mountsOf(item),
  }));
}

/** A container by name or ID; `undefined` when there is none. */
export async function inspectContainer(
  docker: Docker,
  nameOrId: string,
): Promise<ContainerDetails | undefined> {
  const raw = await requestFound(docker, { path: `${pathOf(nameOrId)}/json` });
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
    networks: networksOf(raw),
    networkOf: sharedBy(raw, 'NetworkMode'),
    mounts: mountsOf(raw),
    health: health === '' || health === 'none' ? undefined : (health as ContainerDetails['health']),
    healthOutput: textAt(listAt(raw, 'State', 'Health', 'Log').at(-1), 'Output'),
    restarts: numberAt(raw, 'RestartCount') ?? 0,
    exitCode: numberAt(raw, 'State', 'ExitCode') ?? 0,
    oomKilled: at(raw, 'State', 'OOMKilled') === true,
    error: textAt(raw, 'State', 'Error'),
    startedMs: timeAt(raw, 'State', 'StartedAt'),
    finishedMs: timeAt(raw, 'State', 'FinishedAt'),
    tty: at(raw, 'Config', 'Tty') === true,
    sharesWith: ['PidMode', 'IpcMode'].flatMap((mode) => sharedBy(raw, mode) || []),
    raw,
  };
}

/** @param force kills it if it runs @param volumes removes its anonymous volumes with it */
export function removeContainer(
  docker: Docker,
  nameOrId: string,
  { force, volumes }: { readonly force: boolean; readonly volumes: boolean },
): Promise<Removal> {
  return requestRemoval(docker, { path: pathOf(nameOrId), query: { force, v: volumes } });
}

function pathOf(nameOrId: string): string {
  return `/containers/${encodeURIComponent(nameOrId)}`;
}

function networksOf(item: unknown): readonly Attachment[] {
  return entriesAt(item, 'NetworkSettings', 'Networks').map(([name, network]) => ({
    name,
    id: textAt(network, 'NetworkID'),
  }));
}

/** The ID of the container whose namespace of a kind it shares; usually empty. */
function sharedBy(item: unknown, kind: string): string {
  const mode = textAt(item, 'HostConfig', kind);
  return mode.startsWith('container:') ? mode.slice('container:'.length) : '';
}

function mountsOf(item: unknown): readonly Mount[] {
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
