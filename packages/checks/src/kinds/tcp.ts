import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { integer } from '@repo/core/inputs/integer';
import { plainLines } from '@repo/core/text/untrusted';
import { peerName } from '@repo/probe/explain';
import { connectTcp, readBanner } from '@repo/probe/tcp';
import * as v from 'valibot';
import { DurationFact } from '../facts.ts';
import { dial } from './dial.ts';
import type { AttemptContext, Kind, Target } from './kind.ts';
import { failedObservation, type Observation } from './observation.ts';
import { nonEmptyText } from './target-schema.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** SMTP and SSH banners are shorter. */
const MAX_BANNER_BYTES = 1_024;

export const endpointSchema = v.strictObject(
  { host: nonEmptyText, port: field(integer({ min: 1, max: 65_535 })) },
  'Write host and port.',
);

/** Opens a TCP connection. Reads the banner if an expectation uses `banner`. */
export const tcp: Kind = {
  schema: v.pipe(endpointSchema, v.transform(createTcpTarget)),
  fromUrl: (url) => createTcpTarget(parseEndpoint(url)),
  variables: ['address', 'banner'],
};

export function createTcpTarget(endpoint: Endpoint): Target {
  return {
    description: `tcp://${peerName(endpoint.host, endpoint.port)}`,
    secrets: [],
    defaultExpectations: [],
    attempt: (context) =>
      dial(endpoint.host, endpoint.port, context, (address, { ms }, rest) =>
        connect(address, ms, endpoint, rest),
      ),
  };
}

async function connect(
  address: string,
  dns: number,
  { port }: Endpoint,
  { timeoutMs, signal, reads }: AttemptContext,
): Promise<Observation> {
  const connection = await connectTcp({ address, port, timeoutMs, signal });
  const phases = { dns, connect: connection.ms, total: dns + connection.ms };
  if (!connection.ok) return failedObservation(connection.failure, { address, phases });
  const banner = reads.has('banner')
    ? await readBanner(connection.socket, {
        maxBytes: MAX_BANNER_BYTES,
        timeoutMs: Math.max(1, timeoutMs - connection.ms),
        signal,
      })
    : undefined;
  connection.socket.destroy();
  return {
    state: 'answered',
    address,
    phases,
    facts: { address, banner, latency: new DurationFact(phases.total) },
    ...(banner !== undefined && {
      evidence: () => [{ title: 'banner', lines: plainLines(banner) }],
    }),
  };
}

/** Reads host and port from a URL such as `tcp://db:5432`. */
export function parseEndpoint(url: URL): Endpoint {
  if (url.hostname === '' || url.port === '') {
    throw new InvalidValue('has no host and port', `Write ${url.protocol}//host:port.`);
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
}
