import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import type { Facts } from '@repo/checks/facts';
import type { Kind, Target } from '@repo/checks/kinds/kind';
import { targetSchema } from '@repo/checks/kinds/target-schema';
import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { boolean } from '@repo/core/inputs/boolean';
import * as v from 'valibot';
import { type Connection, ProtocolError, withConnection } from '../connection.ts';
import { call } from './call.ts';
import { decodeResponse, encodeRequest } from './health-message.ts';

interface Options {
  readonly host: string;
  readonly port: number;
  /** An empty name means the server as a whole. */
  readonly service: string;
  readonly tls: boolean;
}

const ADDRESS = /^(?<host>\[[\da-f:.]+\]|[^:/?#@\s]+):(?<port>\d{1,5})$/i;

/** The serving status of a server or a service, from grpc.health.v1. */
export const grpc: Kind = {
  schema: targetSchema(
    {
      address: v.string(),
      service: v.optional(v.string(), ''),
      tls: v.optional(field(boolean()), false),
    },
    'A grpc check supports address, service and tls.',
    ({ address, ...rest }) => target({ ...parseEndpoint(address), ...rest }),
  ),
  fromUrl: ({ host, pathname, protocol }) =>
    target({
      ...parseEndpoint(host),
      service: decodeURIComponent(pathname.slice(1)),
      tls: protocol === 'grpcs:',
    }),
  variables: ['address', 'serving', 'code'],
};

function target(options: Options): Target {
  const { host, port, service, tls } = options;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    description: `${tls ? 'grpcs' : 'grpc'}://${name}:${port}${service === '' ? '' : `/${service}`}`,
    secrets: [],
    defaultExpectations: [isServing],
    attempt: (context) =>
      withConnection({ host, port }, context, (connection) =>
        check(connection, options, context.timeoutMs),
      ),
  };
}

const isServing: Expectation = {
  source: "serving == 'SERVING'",
  reads: ['serving', 'code'],
  judge: ({ serving, code }) =>
    serving === 'SERVING'
      ? MET
      : {
          met: false,
          found: serving === undefined ? `code was ${code}` : `the service is ${serving}`,
        },
};

const OK = 0;
const NOT_FOUND = 5;

async function check(
  connection: Connection,
  { host, port, service, tls }: Options,
  timeoutMs: number,
): Promise<Facts> {
  if (tls) await connection.startTls({ verify: true, alpn: 'h2' });
  const { status, message, body } = await call(connection, {
    scheme: tls ? 'https' : 'http',
    authority: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    path: '/grpc.health.v1.Health/Check',
    body: encodeRequest(service),
    timeoutMs,
  });
  const code = CODES[status] ?? `CODE_${status}`;
  if (status === OK) return { code, serving: decodeResponse(body) };
  // Check reports an unknown service as a status code, Watch as a serving status.
  if (status === NOT_FOUND) return { code, serving: 'SERVICE_UNKNOWN' };
  throw new ProtocolError(`${code}${message === '' ? '' : `: ${message}`}`);
}

/** https://grpc.io/docs/guides/status-codes/ */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

function parseEndpoint(given: string): { host: string; port: number } {
  const { host = '', port = '' } = ADDRESS.exec(given)?.groups ?? {};
  if (host === '' || Number(port) < 1 || Number(port) > 65_535) {
    throw new InvalidValue('has an invalid address', 'Write address: example.com:50051.');
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
