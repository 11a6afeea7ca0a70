import { at, entriesAt, listAt, textAt, textsAt } from '@repo/docker/json';

/** The settings to create a container like an inspected one. */
export interface ContainerSettings {
  /** For `POST /containers/create`, without `Image`. */
  readonly create: Readonly<Record<string, unknown>>;
  /** Networks to connect it to before it is started. */
  readonly connect: readonly Connection[];
  /** Networks and volumes that must exist. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Anonymous volumes by path. A new container would get empty ones. */
  readonly anonymous: ReadonlyMap<string, string>;
  /** The container whose network it shares; empty for none. */
  readonly sharedNetwork: string;
}

interface Connection {
  readonly network: string;
  readonly endpoint: Readonly<Record<string, unknown>>;
}

/** Networks without settings for a container. */
const BUILT_IN_NETWORKS: readonly string[] = ['default', 'bridge', 'host', 'none'];

/**
 * Reads the settings of a container. Values that the daemon chose (addresses, the short ID as host name
 * and alias) are left out.
 *
 * @param inspected the untrusted response of `GET /containers/{id}/json`
 */
export function readSettings(inspected: unknown): ContainerSettings {
  const id = textAt(inspected, 'Id');
  const config = Object.fromEntries(entriesAt(inspected, 'Config'));
  const host = Object.fromEntries(entriesAt(inspected, 'HostConfig'));
  const mode = textAt(host, 'NetworkMode');
  const sharesNetwork = mode.startsWith('container:');
  if (config.Hostname === id.slice(0, 12) || sharesNetwork || mode === 'host')
    delete config.Hostname;
  if (sharesNetwork) {
    // They are those of the image, and the daemon rejects them in this mode.
    for (const key of ['Domainname', 'ExposedPorts', 'MacAddress']) delete config[key];
    delete host.PortBindings;
  }
  delete config.Image;

  const connections = entriesAt(inspected, 'NetworkSettings', 'Networks')
    .filter(([name]) => !sharesNetwork && !BUILT_IN_NETWORKS.includes(name))
    .map(([network, found]): Connection & { readonly id: string } => ({
      network,
      id: textAt(found, 'NetworkID'),
      endpoint: toEndpoint(found, id),
    }));
  const first = connections.find(
    ({ network, id: networkId }) => mode === network || mode === networkId,
  );
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
    ...readVolumes(inspected, host),
    sharedNetwork: sharesNetwork ? mode.slice('container:'.length) : '',
  };
}

/** Adds the anonymous volumes that still exist at their paths. */
export function withVolumes(
  settings: ContainerSettings,
  existing: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const { create, anonymous } = settings;
  const binds = [...anonymous].filter(([, name]) => existing.has(name));
  if (binds.length === 0) return create;
  const host = Object.fromEntries(entriesAt(create, 'HostConfig'));
  const more = binds.map(([path, name]) => `${name}:${path}`);
  return { ...create, HostConfig: { ...host, Binds: [...textsAt(host, 'Binds'), ...more] } };
}

function toEndpoint(found: unknown, id: string): Readonly<Record<string, unknown>> {
  const fields = ['IPAMConfig', 'Links', 'DriverOpts']
    .map((key) => [key, at(found, key)] as const)
    .filter(([, value]) => value !== null && value !== undefined);
  const aliases = textsAt(found, 'Aliases').filter((alias) => alias !== id.slice(0, 12));
  return { ...Object.fromEntries(fields), ...(aliases.length > 0 && { Aliases: aliases }) };
}

function readVolumes(
  inspected: unknown,
  host: unknown,
): Pick<ContainerSettings, 'volumes' | 'anonymous'> {
  const bound = new Set([
    ...textsAt(host, 'Binds').map((bind) => bind.split(':')[1] ?? ''),
    ...listAt(host, 'Mounts').map((mount) => textAt(mount, 'Target')),
  ]);
  const mounts = listAt(inspected, 'Mounts').filter((one) => textAt(one, 'Type') === 'volume');
  const volumes: string[] = [];
  const anonymous = new Map<string, string>();
  for (const mount of mounts) {
    const [name, path] = [textAt(mount, 'Name'), textAt(mount, 'Destination')];
    if (bound.has(path)) volumes.push(name);
    // VolumesFrom adds the volumes of other containers.
    else if (textsAt(host, 'VolumesFrom').length === 0) anonymous.set(path, name);
  }
  return { volumes, anonymous };
}
