import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A container or volume of a fake daemon; its name is its ID. */
export interface FakeObject {
  readonly kind: 'container' | 'volume';
  readonly id: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** For a container: the volumes that it mounts. */
  readonly volumes?: readonly string[];
}

export interface FakeDocker extends AsyncDisposable {
  /** `tcp://127.0.0.1:port` */
  readonly host: string;
  /** `GET /containers/json` and so on, without version and query. */
  readonly requests: readonly string[];
  /** IDs of the remaining objects. */
  readonly left: () => readonly string[];
}

/** The answer to a DELETE; `undefined` for the normal one. `attempt` counts from 1. */
export type OnDelete = (
  id: string,
  attempt: number,
) => { readonly status: number; readonly message: string; readonly gone?: boolean } | undefined;

/** A daemon that ignores all filters, as Docker does with unknown ones, and fails on request. */
export async function startFakeDocker(
  objects: readonly FakeObject[],
  onDelete: OnDelete = () => undefined,
): Promise<FakeDocker> {
  const present = new Map(objects.map((object) => [object.id, object]));
  const attempts = new Map<string, number>();
  const requests: string[] = [];
  const ofKind = (kind: FakeObject['kind']) =>
    [...present.values()].filter((one) => one.kind === kind);

  const lists: Readonly<Record<string, () => unknown>> = {
    '/containers/json': () => ofKind('container').map(toListItem),
    '/info': () => ({ ID: 'fake', Name: 'fake', DockerRootDir: '/nowhere' }),
    '/images/json': () => [],
    '/networks': () => [],
    '/volumes': () => ({ Volumes: ofKind('volume').map(toVolume), Warnings: null }),
  };

  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const [path = ''] = (incoming.url ?? '').replace(/^\/v[\d.]+/, '').split('?');
    requests.push(`${incoming.method} ${path}`);
    const send = (status: number, body?: unknown) => {
      outgoing.writeHead(status, { 'content-type': 'application/json', 'api-version': '1.41' });
      outgoing.end(body === undefined ? '' : JSON.stringify(body));
    };
    if (path === '/_ping') return send(200, 'OK');
    const list = lists[path];
    if (list) return send(200, list());
    const id =
      path
        .replace(/\/json$/, '')
        .split('/')
        .at(-1) ?? '';
    const object = present.get(id);
    if (!object) return send(404, { message: `No such ${id}` });
    if (incoming.method !== 'DELETE') return send(200, toDetails(object));
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, attempt);
    const failure = onDelete(id, attempt);
    if (failure?.gone ?? !failure) present.delete(id);
    if (failure) return send(failure.status, { message: failure.message });
    return send(204);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    left: () => [...present.keys()],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The answer for a list, with fields of a real daemon that the action does not read. */
function toListItem({ id, labels = {}, volumes = [] }: FakeObject): unknown {
  return {
    Id: id,
    Names: [`/${id}`],
    Image: 'registry.example/team/app:1',
    ImageID: `sha256:${'0'.repeat(64)}`,
    Command: '/bin/sh -c "while true; do sleep 1; done"',
    Created: 1_767_225_600,
    Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: 'tcp', IP: '127.0.0.1' }],
    Labels: labels,
    State: 'exited',
    Status: 'Exited (0) 2 hours ago',
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: {
      Networks: {
        bridge: { NetworkID: 'f'.repeat(64), EndpointID: '', Gateway: '', IPAddress: '' },
      },
    },
    Mounts: [
      { Type: 'bind', Source: '/srv/data', Destination: '/data', Mode: '', RW: true },
      ...volumes.map((name) => ({ Type: 'volume', Name: name, Destination: `/${name}` })),
    ],
  };
}

function toDetails(object: FakeObject): unknown {
  if (object.kind === 'volume') return toVolume(object);
  const { id, labels = {} } = object;
  return {
    Id: id,
    Name: `/${id}`,
    Created: '2026-01-01T00:00:00.000000001Z',
    State: { Status: 'exited' },
    Config: { Labels: labels, Image: 'registry.example/team/app:1' },
  };
}

function toVolume({ id, labels = {} }: FakeObject): unknown {
  return { Name: id, Driver: 'local', CreatedAt: '2026-01-01T00:00:00Z', Labels: labels };
}
