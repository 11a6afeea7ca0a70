import { messageOf } from './answers.ts';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import { DaemonError, refused } from './errors.ts';
import {
  agentFor,
  type DockerAnswer,
  type DockerRequest,
  type DockerStream,
  exchange,
} from './exchange.ts';

/** The newest version of the API whose answers are understood here; daemons may speak less. */
const NEWEST_VERSION = '1.51';
export interface ConnectOptions {
  /** Longest that one request may take, milliseconds; 30,000 unless told. */
  readonly timeoutMs?: number;
  /** Ends every request; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Most connections at a time; 16 unless told. */
  readonly connections?: number;
}

/** A connection to a Docker daemon. Errors are {@link DaemonUnreachable} and {@link DaemonError}. */
export interface Docker extends Disposable {
  readonly endpoint: Endpoint;
  /** The version of the API that both sides speak, `1.41`. */
  readonly apiVersion: string;
  /** The daemon's own clock, epoch milliseconds, at most a second slow; ours where it tells none. */
  readonly now: () => number;
  /** The whole answer, whatever its status. */
  readonly request: (request: DockerRequest) => Promise<DockerAnswer>;
  /** The answer as a stream; the time limit runs until its end. */
  readonly stream: (request: DockerRequest) => Promise<DockerStream>;
}

/** Connects to a daemon and agrees with it on a version of the API. */
export async function connectDocker(
  endpoint: Endpoint,
  { timeoutMs = 30_000, signal, connections = 16 }: ConnectOptions = {},
): Promise<Docker> {
  const agent = await agentFor(endpoint, connections);
  const line = { endpoint, agent, timeoutMs, signal };
  try {
    const { status, headers, body } = await (await exchange(line, { path: '/_ping' })).whole();
    if (status !== 200) throw refused('GET /_ping', status, messageOf(body));
    const offered = String(headers['api-version'] ?? '');
    if (!/^\d+\.\d+$/.test(offered)) {
      throw new DaemonError(
        status,
        `what answers at ${describeEndpoint(endpoint)} is no Docker daemon`,
        {
          remedy: 'Check host, context or DOCKER_HOST.',
        },
      );
    }
    const told = Date.parse(headers.date ?? '');
    // Runs on by what has passed: a jump of our own clock shall make nothing older.
    const started = (Number.isNaN(told) ? Date.now() : told) - performance.now();
    const apiVersion = older(offered, NEWEST_VERSION);
    const versioned = (request: DockerRequest) => ({
      ...request,
      path: `/v${apiVersion}${request.path}`,
    });
    return {
      endpoint,
      apiVersion,
      now: () => started + performance.now(),
      request: async (request) =>
        (await exchange(line, versioned(request))).whole(request.maxBytes),
      stream: (request) => exchange(line, versioned(request)),
      [Symbol.dispose]: () => agent.destroy(),
    };
  } catch (error) {
    agent.destroy();
    throw error;
  }
}

/** The older one of two versions `major.minor`. */
function older(one: string, other: string): string {
  const [a = [], b = []] = [one, other].map((version) => version.split('.').map(Number));
  const difference = (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
  return difference < 0 ? one : other;
}
