import { connectDocker, type Docker } from '@repo/docker/client';
import type { Endpoint } from '@repo/docker/endpoint';
import { findEndpoint } from '@repo/docker/find-endpoint';
import type { Ports } from '../strategy.ts';

/** Connects to the daemon of the option `host`, or of the docker CLI, for the work. */
export async function withDocker<T>(
  { host }: { readonly host?: Endpoint | undefined },
  { variable, signal, log }: Pick<Ports, 'variable' | 'signal' | 'log'>,
  work: (daemon: Docker) => Promise<T>,
): Promise<T> {
  const settings = { host, context: '', tlsCa: '', tlsCert: '', tlsKey: '' };
  const endpoint = await findEndpoint(settings, variable);
  using daemon = await connectDocker(endpoint, { signal, connections: 4, debug: log.debug });
  return await work(daemon);
}
