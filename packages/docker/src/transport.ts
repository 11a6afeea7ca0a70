import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import type { Log } from '@repo/core/action/log';
import { describeError } from '@repo/core/errors/describe-error';
import { formatDuration } from '@repo/core/inputs/duration';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import { DaemonError, unreachable } from './errors.ts';

/** The maximum size of a buffered response: 100,000 containers are about 120 MB. */
const MAX_RESPONSE_BYTES = 256 * 2 ** 20;

/** An SSH server rejects connections when more than ten log in at a time (MaxStartups). */
const MAX_COMMANDS = 8;

export interface DockerRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** The path after the version, `/containers/json`. Encode names with `encodeURIComponent`. */
  readonly path: string;
  /** `undefined` values are omitted; objects (`filters`) become JSON. */
  readonly query?: Readonly<Record<string, string | number | boolean | object | undefined>>;
  /** Sent as JSON; bytes (a tar archive) are sent unchanged. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Overrides the timeout of the connection. */
  readonly timeoutMs?: number;
  /** The maximum size of the response; 256 MiB by default. A longer one is an error. */
  readonly maxBytes?: number;
}

export interface DockerStream {
  readonly status: number;
  readonly headers: Readonly<IncomingMessage['headers']>;
  /** The body; read it to its end, or leave the loop with `break` or `return`. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Reads the complete body. Throws a DaemonError if it is longer than `maxBytes`. */
  readonly readAll: (maxBytes?: number) => Promise<DockerResponse>;
}

export interface DockerResponse {
  readonly status: number;
  readonly headers: Readonly<IncomingMessage['headers']>;
  readonly body: Buffer;
}

/** Creates the agent that keeps connections to an endpoint open between requests. */
export async function createAgent(endpoint: Endpoint, maxSockets: number): Promise<Agent> {
  const options = { keepAlive: true, maxSockets };
  if (endpoint.kind === 'command') {
    const { CommandAgent } = await import('./dial-stdio.ts');
    return new CommandAgent(endpoint.argv, {
      ...options,
      maxSockets: Math.min(maxSockets, MAX_COMMANDS),
    });
  }
  if (endpoint.kind === 'tcp' && endpoint.tls) {
    const https = await import('node:https');
    return new https.Agent({ ...options, ...endpoint.tls });
  }
  return new Agent(options);
}

/** The endpoint of requests, and their limits. */
export interface Connection {
  readonly endpoint: Endpoint;
  readonly agent: Agent;
  /** The timeout of one request, including its response. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly debug: Log['debug'] | undefined;
}

/** Sends a request; resolves when the headers of the response arrive. */
export async function sendRequest(
  connection: Connection,
  request: DockerRequest,
): Promise<DockerStream> {
  const started = performance.now();
  const describe = (result: string) =>
    `docker: ${request.method ?? 'GET'} ${request.path}${queryText(request.query ?? {})} → ${result} in ${formatDuration(Math.round(performance.now() - started))}`;
  const response = await send(connection, request).catch((error: unknown) => {
    connection.debug?.(() => describe(describeError(error)));
    throw error;
  });
  const { statusCode: status = 0, headers } = response;
  connection.debug?.(() => describe(String(status)));
  return {
    status,
    headers,
    chunks: readChunks(connection, response),
    readAll: async (maxBytes = MAX_RESPONSE_BYTES) => ({
      status,
      headers,
      body: await readBody(connection, response, maxBytes),
    }),
  };
}

async function* readChunks(connection: Connection, response: IncomingMessage) {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (error) {
    throw toRequestError(connection, error);
  }
}

/** Uses events: an iterator takes twice the time for each of many small responses. */
function readBody(
  connection: Connection,
  response: IncomingMessage,
  maxBytes: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const read: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      read.push(chunk);
      if (bytes > maxBytes) response.destroy(responseTooLong(response, maxBytes));
    });
    response.on('end', () => resolve(Buffer.concat(read)));
    response.on('error', (error) => reject(toRequestError(connection, error)));
  });
}

function responseTooLong({ statusCode = 0 }: IncomingMessage, maxBytes: number): DaemonError {
  return new DaemonError(
    statusCode,
    `the response of the Docker daemon is longer than ${maxBytes} bytes`,
    { remedy: 'Check that host, context or DOCKER_HOST point to a Docker daemon.' },
  );
}

function toRequestError({ endpoint, signal }: Connection, error: unknown): unknown {
  if (signal?.aborted) return signal.reason;
  return error instanceof DaemonError ? error : unreachable(describeEndpoint(endpoint), error);
}

function send(
  connection: Connection,
  request: DockerRequest,
  isRetry = false,
): Promise<IncomingMessage> {
  const { endpoint, agent, signal } = connection;
  const { method = 'GET', query = {}, body, timeoutMs = connection.timeoutMs } = request;
  const payload =
    body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const sent: ClientRequest = httpRequest({
      ...address(endpoint),
      agent,
      method,
      path: request.path + queryText(query),
      headers: {
        // Over TCP, keep the real host name: TLS verifies the certificate against it.
        ...(endpoint.kind !== 'tcp' && { host: 'docker' }),
        ...(payload && { 'content-length': payload.length }),
        ...(payload && !(body instanceof Uint8Array) && { 'content-type': 'application/json' }),
        ...request.headers,
      },
    });
    let response: IncomingMessage | undefined;
    const stop = (reason: Error) => (response ?? sent).destroy(reason);
    const timer = setTimeout(() => {
      stop(Object.assign(new Error(`no response within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    const abort = () => stop(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    sent.once('close', settle);
    sent.once('response', (incoming) => {
      response = incoming;
      resolve(incoming);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      if (signal?.aborted) return reject(signal.reason);
      // The daemon may close a kept-alive connection while a request is being written.
      if (sent.reusedSocket && error.code === 'ECONNRESET' && !isRetry) {
        return resolve(send(connection, request, true));
      }
      reject(unreachable(describeEndpoint(endpoint), error));
    });
    sent.end(payload);
  });
}

function address(endpoint: Endpoint): RequestOptions {
  // Without a server name, Node searches for one at each request with a slow regular expression.
  switch (endpoint.kind) {
    case 'socket':
      return { socketPath: endpoint.path, ...NO_SERVER_NAME };
    case 'tcp':
      return {
        protocol: endpoint.tls ? 'https:' : 'http:',
        host: endpoint.host,
        port: endpoint.port,
        ...(!endpoint.tls && NO_SERVER_NAME),
      };
    case 'command':
      return NO_SERVER_NAME;
  }
}

const NO_SERVER_NAME = { servername: '' } as RequestOptions;

function queryText(query: NonNullable<DockerRequest['query']>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(
    given.map(([name, value]): [string, string] => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  )}`;
}
