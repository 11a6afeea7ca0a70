import type { AttemptContext } from '@repo/checks/kinds/kind';
import { unknownObservation } from '@repo/checks/kinds/observation';
import { ActionError } from '@repo/core/errors/action-error';
import { connectDocker, type Docker } from '@repo/docker/client';
import type { Endpoint } from '@repo/docker/endpoint';
import { findEndpoint } from '@repo/docker/find-endpoint';

/** Connects to a Docker daemon. A connection or API error makes the check unknown. */
export async function withDocker<T>(
  host: Endpoint | undefined,
  { machine, timeoutMs, debug }: AttemptContext,
  signal: AbortSignal,
  use: (docker: Docker) => Promise<T>,
): Promise<T | ReturnType<typeof unknownObservation>> {
  const settings = { host, context: '', tlsCa: '', tlsCert: '', tlsKey: '' };
  const endpoint = await findEndpoint(settings, machine.variable);
  try {
    using docker = await connectDocker(endpoint, {
      ...{ timeoutMs, signal, connections: 1 },
      ...(debug && { debug }),
    });
    return await use(docker);
  } catch (error) {
    if (signal.aborted) return unknownObservation('cancelled');
    if (error instanceof ActionError) return unknownObservation(error.message);
    throw error;
  }
}
