import { connectDocker, type Docker } from '@repo/docker/client';
import type { Endpoint } from '@repo/docker/endpoint';
import { findEndpoint } from '@repo/docker/find-endpoint';
import type { Ports } from '../strategy.ts';

/** Works with a daemon: that of the option `host`, or that of the docker CLI. */
export async function withDocker<T>(
  { host }: { readonly host?: Endpoint | undefined },
  { variable, signal }: Pick<Ports, 'variable' | 'signal'>,
  work: (daemon: Docker) => Promise<T>,
): Promise<T> {
  const settings = { host, context: '', tlsCa: '', tlsCert: '', tlsKey: '' };
  const endpoint = await findEndpoint(settings, variable);
  using daemon = await connectDocker(endpoint, { signal, connections: 4 });
  return await work(daemon);
}
