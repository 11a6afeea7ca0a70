import type { Log } from '@repo/core/action/log';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import { DaemonError, daemonError, readErrorMessage } from './errors.ts';
import {
  createAgent,
  type DockerRequest,
  type DockerResponse,
  type DockerStream,
  sendRequest,
} from './transport.ts';

/** The newest supported API version. Older daemons use their own version. */
const MAX_API_VERSION = '1.51';

export interface ConnectOptions {
  /** The timeout of one request, in milliseconds; 30,000 by default. */
  readonly timeoutMs?: number;
  /** Aborts every request; its promise rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** The maximum number of open connections; 16 by default. */
  readonly connections?: number;
  /** Logs each request with the status of its response. */
  readonly debug?: Log['debug'];
}

/** A connection to a Docker daemon. Errors are {@link DaemonUnreachable} and {@link DaemonError}. */
export interface Docker extends Disposable {
  readonly endpoint: Endpoint;
  /** The API version in use, for example `1.41`. */
  readonly apiVersion: string;
  /** The daemon's clock, epoch milliseconds, up to a second behind; else the local clock. */
  readonly now: () => number;
  /** Returns the complete response, regardless of its status. */
  readonly request: (request: DockerRequest) => Promise<DockerResponse>;
  /** Returns the response as a stream; the timeout includes reading it. */
  readonly stream: (request: DockerRequest) => Promise<DockerStream>;
}

/** Connects to a daemon and negotiates the API version. */
export async function connectDocker(
  endpoint: Endpoint,
  { timeoutMs = 30_000, signal, connections = 16, debug }: ConnectOptions = {},
): Promise<Docker> {
  const agent = await createAgent(endpoint, connections);
  const connection = { endpoint, agent, timeoutMs, signal, debug };
  try {
    const { status, headers, body } = await (
      await sendRequest(connection, { path: '/_ping' })
    ).readAll();
    if (status !== 200) throw daemonError('GET /_ping', status, readErrorMessage(body));
    const offered = String(headers['api-version'] ?? '');
    if (!/^\d+\.\d+$/.test(offered)) {
      throw new DaemonError(
        status,
        `the server at ${describeEndpoint(endpoint)} is not a Docker daemon`,
        {
          remedy: 'Check host, context or DOCKER_HOST.',
        },
      );
    }
    const serverTimeMs = Date.parse(headers.date ?? '');
    // Based on the monotonic clock: a change of the local clock must not change the age of objects.
    const started = (Number.isNaN(serverTimeMs) ? Date.now() : serverTimeMs) - performance.now();
    const apiVersion = getOlderVersion(offered, MAX_API_VERSION);
    const versioned = (request: DockerRequest) => ({
      ...request,
      path: `/v${apiVersion}${request.path}`,
    });
    return {
      endpoint,
      apiVersion,
      now: () => started + performance.now(),
      request: async (request) =>
        (await sendRequest(connection, versioned(request))).readAll(request.maxBytes),
      stream: (request) => sendRequest(connection, versioned(request)),
      [Symbol.dispose]: () => agent.destroy(),
    };
  } catch (error) {
    agent.destroy();
    throw error;
  }
}

/** Returns the older of two `major.minor` versions. */
function getOlderVersion(one: string, other: string): string {
  const [a = [], b = []] = [one, other].map((version) => version.split('.').map(Number));
  const difference = (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
  return difference < 0 ? one : other;
}
