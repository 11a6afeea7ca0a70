import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import { DaemonError, unreachable } from './errors.ts';

/** Longest answer that is read whole, bytes: 100,000 containers are about 120 MB. */
const MOST_BYTES = 256 * 2 ** 20;

/** An SSH server turns newcomers away when more than ten log in at a time (MaxStartups). */
const MOST_PROGRAMS = 8;

export interface DockerRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Below the version: `/containers/json`. Parts that are names go through `encodeURIComponent`. */
  readonly path: string;
  /** `undefined` is left out; objects (`filters`) become JSON. */
  readonly query?: Readonly<Record<string, string | number | boolean | object | undefined>>;
  /** Sent as JSON; bytes are sent as they are (a tar archive). */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Other than the connection's. */
  readonly timeoutMs?: number;
  /** Longest answer, bytes; 256 MiB unless told. A longer one is an error. */
  readonly maxBytes?: number;
}

export interface DockerStream {
  readonly status: number;
  readonly headers: Readonly<IncomingMessage['headers']>;
  /** The body; has to be read to its end or left by `break` or `return`. */
  readonly chunks: AsyncIterable<Buffer>;
  /** The body as a whole instead; one that is longer than `maxBytes` is a DaemonError. */
  readonly whole: (maxBytes?: number) => Promise<DockerAnswer>;
}

export interface DockerAnswer {
  readonly status: number;
  readonly headers: Readonly<IncomingMessage['headers']>;
  readonly body: Buffer;
}

/** Connections to an endpoint, kept open between requests; loads what it takes to make them. */
export async function agentFor(endpoint: Endpoint, maxSockets: number): Promise<Agent> {
  const options = { keepAlive: true, maxSockets };
  if (endpoint.kind === 'command') {
    const { CommandAgent } = await import('./dial-stdio.ts');
    return new CommandAgent(endpoint.argv, {
      ...options,
      maxSockets: Math.min(maxSockets, MOST_PROGRAMS),
    });
  }
  if (endpoint.kind === 'tcp' && endpoint.tls) {
    const https = await import('node:https');
    return new https.Agent({ ...options, ...endpoint.tls });
  }
  return new Agent(options);
}

/** Where requests go, and what bounds each of them. */
export interface Line {
  readonly endpoint: Endpoint;
  readonly agent: Agent;
  /** Longest that one request may take, its answer included, milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Sends a request; resolves with the head of the answer. */
export async function exchange(line: Line, request: DockerRequest): Promise<DockerStream> {
  const response = await send(line, request);
  const { statusCode: status = 0, headers } = response;
  return {
    status,
    headers,
    chunks: chunksOf(line, response),
    whole: async (maxBytes = MOST_BYTES) => ({
      status,
      headers,
      body: await bodyOf(line, response, maxBytes),
    }),
  };
}

async function* chunksOf(line: Line, response: IncomingMessage) {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (error) {
    throw faultOf(line, error);
  }
}

/** By events: with an iterator each of the many small answers takes twice the time. */
function bodyOf(line: Line, response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const read: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      read.push(chunk);
      if (bytes > maxBytes) response.destroy(tooLong(response, maxBytes));
    });
    response.on('end', () => resolve(Buffer.concat(read)));
    response.on('error', (error) => reject(faultOf(line, error)));
  });
}

function tooLong({ statusCode = 0 }: IncomingMessage, maxBytes: number): DaemonError {
  return new DaemonError(
    statusCode,
    `the answer of the Docker daemon is longer than ${maxBytes} bytes`,
    { remedy: 'Check that host, context or DOCKER_HOST name a Docker daemon.' },
  );
}

function faultOf({ endpoint, signal }: Line, error: unknown): unknown {
  if (signal?.aborted) return signal.reason;
  return error instanceof DaemonError ? error : unreachable(describeEndpoint(endpoint), error);
}

function send(line: Line, request: DockerRequest, isSecondTry = false): Promise<IncomingMessage> {
  const { endpoint, agent, signal } = line;
  const { method = 'GET', query = {}, body, timeoutMs = line.timeoutMs } = request;
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
        // Over TCP it stays the true one: TLS checks the certificate against it.
        ...(endpoint.kind !== 'tcp' && { host: 'docker' }),
        ...(payload && { 'content-length': payload.length }),
        ...(payload && !(body instanceof Uint8Array) && { 'content-type': 'application/json' }),
        ...request.headers,
      },
    });
    let response: IncomingMessage | undefined;
    const stop = (why: Error) => (response ?? sent).destroy(why);
    const timer = setTimeout(() => {
      stop(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
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
      // A kept connection may be closed by the other side just as we write to it.
      if (sent.reusedSocket && error.code === 'ECONNRESET' && !isSecondTry) {
        return resolve(send(line, request, true));
      }
      reject(unreachable(describeEndpoint(endpoint), error));
    });
    sent.end(payload);
  });
}

function address(endpoint: Endpoint): RequestOptions {
  // Without a server name Node looks for one at each request, with a slow regular expression.
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
