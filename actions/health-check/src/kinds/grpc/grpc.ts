import { type Expectation, MET } from '@repo/checks/expectations/expectation';
import type { Facts } from '@repo/checks/facts';
import type { Kind, Target } from '@repo/checks/kinds/kind';
import { targetSchema } from '@repo/checks/kinds/target-schema';
import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { boolean } from '@repo/core/inputs/boolean';
import * as v from 'valibot';
import { converse, Refusal, type Wire } from '../connection.ts';
import { call } from './call.ts';
import { decodeResponse, encodeRequest } from './health-message.ts';

interface Options {
  readonly host: string;
  readonly port: number;
  /** The empty one is the server as a whole. */
  readonly service: string;
  readonly tls: boolean;
}

const ADDRESS = /^(?<host>\[[\da-f:.]+\]|[^:/?#@\s]+):(?<port>\d{1,5})$/i;

/** What a server says about itself or a service of it, by grpc.health.v1. */
export const grpc: Kind = {
  schema: targetSchema(
    {
      address: v.string(),
      service: v.optional(v.string(), ''),
      tls: v.optional(field(boolean()), false),
    },
    'A grpc check knows address, service and tls.',
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
      converse({ host, port }, context, (wire) => ask(wire, options, context.timeoutMs)),
  };
}

const isServing: Expectation = {
  source: "serving == 'SERVING'",
  reads: ['serving', 'code'],
  judge: ({ serving, code }) =>
    serving === 'SERVING'
      ? MET
      : { met: false, found: serving === undefined ? `code was ${code}` : `it is ${serving}` },
};

const OK = 0;
const NOT_FOUND = 5;

async function ask(
  wire: Wire,
  { host, port, service, tls }: Options,
  timeoutMs: number,
): Promise<Facts> {
  if (tls) await wire.secure({ judged: true, alpn: 'h2' });
  const { status, message, body } = await call(wire, {
    scheme: tls ? 'https' : 'http',
    authority: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    path: '/grpc.health.v1.Health/Check',
    body: encodeRequest(service),
    timeoutMs,
  });
  const code = CODES[status] ?? `CODE_${status}`;
  if (status === OK) return { code, serving: decodeResponse(body) };
  // What a Watch calls by a state, a Check calls by a code.
  if (status === NOT_FOUND) return { code, serving: 'SERVICE_UNKNOWN' };
  throw new Refusal(`${code}${message === '' ? '' : `: ${message}`}`);
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
    throw new InvalidValue('names no host and port', 'Write address: example.com:50051.');
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
