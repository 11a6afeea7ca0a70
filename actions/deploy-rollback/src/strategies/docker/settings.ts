import { at, entriesAt, listAt, textAt, textsAt } from '@repo/docker/json';

/** What makes another container like one that was inspected. */
export interface Settings {
  /** For `POST /containers/create`, without `Image`. */
  readonly create: Readonly<Record<string, unknown>>;
  /** Networks to connect it to before it is started. */
  readonly connect: readonly Connection[];
  /** What has to be there. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Volumes without a name of their own, which the container would get anew: by their places. */
  readonly anonymous: ReadonlyMap<string, string>;
  /** The container whose network it shares; usually empty. */
  readonly networkOf: string;
}

interface Connection {
  readonly network: string;
  readonly endpoint: Readonly<Record<string, unknown>>;
}

/** Networks that take no settings of their own. */
const PLAIN_NETWORKS: readonly string[] = ['default', 'bridge', 'host', 'none'];

/**
 * The settings of a container, out of what `GET /containers/{id}/json` says of it. What the daemon
 * chose by itself (its addresses, the short ID as host name and alias) is left to it again.
 *
 * @param inspected as the daemon, or a file, has it: untrusted
 */
export function settingsOf(inspected: unknown): Settings {
  const id = textAt(inspected, 'Id');
  const config = Object.fromEntries(entriesAt(inspected, 'Config'));
  const host = Object.fromEntries(entriesAt(inspected, 'HostConfig'));
  const mode = textAt(host, 'NetworkMode');
  const shares = mode.startsWith('container:');
  if (config.Hostname === id.slice(0, 12) || shares || mode === 'host') delete config.Hostname;
  if (shares) {
    // It has them of the image; given, they contradict the mode.
    for (const key of ['Domainname', 'ExposedPorts', 'MacAddress']) delete config[key];
    delete host.PortBindings;
  }
  delete config.Image;

  const connections = entriesAt(inspected, 'NetworkSettings', 'Networks')
    .filter(([name]) => !shares && !PLAIN_NETWORKS.includes(name))
    .map(([network, found]): Connection & { readonly id: string } => ({
      network,
      id: textAt(found, 'NetworkID'),
      endpoint: endpointOf(found, id),
    }));
  const first = connections.find(({ network, id: own }) => mode === network || mode === own);
  return {
    create: {
      ...config,
      HostConfig: host,
      ...(first && {
        NetworkingConfig: { EndpointsConfig: { [first.network]: first.endpoint } },
      }),
    },
    connect: connections
      .filter((one) => one !== first)
      .map(({ network, endpoint }) => ({ network, endpoint })),
    networks: connections.map(({ network }) => network),
    ...volumesOf(inspected, host),
    networkOf: shares ? mode.slice('container:'.length) : '',
  };
}

/** The same, with the volumes that have no name of their own put where they were. */
export function withVolumes(
  settings: Settings,
  there: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const { create, anonymous } = settings;
  const binds = [...anonymous].filter(([, name]) => there.has(name));
  if (binds.length === 0) return create;
  const host = Object.fromEntries(entriesAt(create, 'HostConfig'));
  const more = binds.map(([place, name]) => `${name}:${place}`);
  return { ...create, HostConfig: { ...host, Binds: [...textsAt(host, 'Binds'), ...more] } };
}

function endpointOf(found: unknown, id: string): Readonly<Record<string, unknown>> {
  const kept = ['IPAMConfig', 'Links', 'DriverOpts']
    .map((key) => [key, at(found, key)] as const)
    .filter(([, value]) => value !== null && value !== undefined);
  const aliases = textsAt(found, 'Aliases').filter((alias) => alias !== id.slice(0, 12));
  return { ...Object.fromEntries(kept), ...(aliases.length > 0 && { Aliases: aliases }) };
}

function volumesOf(inspected: unknown, host: unknown): Pick<Settings, 'volumes' | 'anonymous'> {
  const bound = new Set([
    ...textsAt(host, 'Binds').map((bind) => bind.split(':')[1] ?? ''),
    ...listAt(host, 'Mounts').map((mount) => textAt(mount, 'Target')),
  ]);
  const mounts = listAt(inspected, 'Mounts').filter((one) => textAt(one, 'Type') === 'volume');
  const volumes: string[] = [];
  const anonymous = new Map<string, string>();
  for (const mount of mounts) {
    const [name, place] = [textAt(mount, 'Name'), textAt(mount, 'Destination')];
    if (bound.has(place)) volumes.push(name);
    // Those of other containers come with VolumesFrom.
    else if (textsAt(host, 'VolumesFrom').length === 0) anonymous.set(place, name);
  }
  return { volumes, anonymous };
}
