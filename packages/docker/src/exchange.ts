import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { CommandAgent } from './dial-stdio.ts';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import { DaemonError, unreachable } from './errors.ts';

/** Longest answer that is read whole, bytes: 100,000 containers are about 120 MB. */
const MOST_BYTES = 256 * 2 ** 20;

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
}

export interface DockerAnswer {
  readonly status: number;
  readonly headers: Readonly<IncomingMessage['headers']>;
  readonly body: Buffer;
}

/** Connections to an endpoint, kept open between requests. */
export function agentFor(endpoint: Endpoint, maxSockets: number): Agent {
  const options = { keepAlive: true, maxSockets };
  switch (endpoint.kind) {
    case 'socket':
      return new Agent(options);
    case 'tcp':
      return endpoint.tls ? new TlsAgent({ ...options, ...endpoint.tls }) : new Agent(options);
    case 'command':
      return new CommandAgent(endpoint.argv, options);
  }
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
  return { status, headers, chunks: chunksOf(line, response) };
}

async function* chunksOf({ endpoint, signal }: Line, response: IncomingMessage) {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (error) {
    throw signal?.aborted ? signal.reason : unreachable(describeEndpoint(endpoint), error);
  }
}

function send(line: Line, request: DockerRequest, isSecondTry = false): Promise<IncomingMessage> {
  const { endpoint, agent, signal } = line;
  const { method = 'GET', query = {}, body, timeoutMs = line.timeoutMs } = request;
  const payload =
    body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const open = endpoint.kind === 'tcp' && endpoint.tls ? httpsRequest : httpRequest;
    const sent: ClientRequest = open({
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

function address(endpoint: Endpoint): { socketPath?: string; host?: string; port?: number } {
  switch (endpoint.kind) {
    case 'socket':
      return { socketPath: endpoint.path };
    case 'tcp':
      return { host: endpoint.host, port: endpoint.port };
    case 'command':
      return {};
  }
}

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

/** Sends a request and reads the whole answer. */
export async function exchangeWhole(line: Line, request: DockerRequest): Promise<DockerAnswer> {
  return readWhole(await exchange(line, request), request.maxBytes);
}

/** Reads an answer to its end; one that is longer than `maxBytes` is a DaemonError. */
export async function readWhole(
  { status, headers, chunks }: DockerStream,
  maxBytes = MOST_BYTES,
): Promise<DockerAnswer> {
  const read: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new DaemonError(
        status,
        `the answer of the Docker daemon is longer than ${maxBytes} bytes`,
        { remedy: 'Check that host, context or DOCKER_HOST name a Docker daemon.' },
      );
    }
    read.push(chunk);
  }
  return { status, headers, body: Buffer.concat(read) };
}
