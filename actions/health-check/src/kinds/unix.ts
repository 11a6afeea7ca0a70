import { expectStatus } from '@repo/checks/expectations/status';
import { getRequestSecrets, requestHeaders } from '@repo/checks/kinds/http-request';
import {
  getResponseEvidence,
  getResponseFacts,
  HTTP_VARIABLES,
} from '@repo/checks/kinds/http-response';
import { METHODS } from '@repo/checks/kinds/http-syntax';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import {
  failedObservation,
  type Observation,
  unknownObservation,
} from '@repo/checks/kinds/observation';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { oneOf } from '@repo/core/inputs/one-of';
import { DEFAULT_MAX_BODY_BYTES, requestOnce } from '@repo/probe/http';
import * as v from 'valibot';

interface Options {
  /** The path of the socket. */
  readonly socket: string;
  /** Path and query of the request. */
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** An HTTP request to a service on a Unix socket. */
export const unix: Kind = {
  schema: targetSchema(
    {
      socket: nonEmptyText,
      path: v.optional(v.string(), '/'),
      method: v.optional(field(oneOf(METHODS)), 'GET'),
      headers: v.optional(requestHeaders, {}),
      body: v.optional(v.string()),
    },
    'A unix check supports socket, path, method, headers and body.',
    ({ body, ...rest }) => target({ ...rest, body }),
  ),
  fromUrl: ({ pathname, search }, { method, headers, body }) => {
    // The socket, a colon, and the path of the request, as in nginx.
    const [, socket = '', path = '/'] = /^(.+?)(?::(\/.*)?)?$/.exec(decodeURI(pathname)) ?? [];
    return target({ socket, path: path + search, method, headers, body });
  },
  isPage: true,
  variables: HTTP_VARIABLES.filter((name) => name !== 'tls' && name !== 'redirects'),
};

function target(options: Options): Target {
  const { socket, path, method, headers } = options;
  if (!socket.startsWith('/') && !isNamedPipe(socket)) {
    throw new InvalidValue(
      'has a relative socket path',
      String.raw`Write an absolute path: /run/app.sock, or on Windows \\.\pipe\app.`,
    );
  }
  if (!path.startsWith('/') || !URL.canParse(`http://localhost${path}`)) {
    throw new InvalidValue('has an invalid request path', 'Write a path such as /health.');
  }
  const url = new URL(`http://localhost${path}`);
  const name = `unix://${socket}:${url.pathname}`;
  return {
    description: method === 'GET' ? name : `${method} ${name}`,
    secrets: getRequestSecrets(url, headers),
    defaultExpectations: [expectStatus().parse('200-299')],
    attempt: async (context) => [await request(url, options, context)],
  };
}

/** `\\.\pipe\app`: Windows has named pipes instead of Unix sockets. */
function isNamedPipe(path: string): boolean {
  return /^[\\/]{2}[.?][\\/]pipe[\\/]./i.test(path);
}

const OTHER_SYSTEM =
  process.platform === 'win32'
    ? String.raw`Windows has no Unix sockets. Use a named pipe such as \\.\pipe\app`
    : 'named pipes exist on Windows only';

/** The service creates the socket, so a missing socket means that the service is down. */
const NO_SOCKET = new Set(['ENOENT', 'ENOTSOCK']);

async function request(
  url: URL,
  { socket, method, headers, body }: Options,
  { network, reads, timeoutMs, signal }: AttemptContext,
): Promise<Observation> {
  if (isNamedPipe(socket) !== (process.platform === 'win32')) {
    return { ...unknownObservation(OTHER_SYSTEM, true), address: socket };
  }
  const attempt = await requestOnce({
    url,
    method,
    headers,
    ...(body !== undefined && { body }),
    resolved: { host: 'localhost', addresses: [], ms: 0 },
    address: socket,
    socketPath: socket,
    timeoutMs,
    signal,
    insecure: network.insecure,
    tls: network.tls,
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
  });
  const { phases } = attempt;
  if (attempt.ok) {
    const { response } = attempt;
    return {
      state: 'answered',
      address: socket,
      phases,
      facts: getResponseFacts(response, phases, 0, reads),
      evidence: () => getResponseEvidence(response),
    };
  }
  const { code, message } = attempt.failure;
  if (code !== undefined && NO_SOCKET.has(code)) {
    return { state: 'failed', address: socket, phases, reason: message };
  }
  return failedObservation(attempt.failure, { address: socket, phases });
}
