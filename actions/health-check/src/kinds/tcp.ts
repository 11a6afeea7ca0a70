import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { integer } from '@repo/core/inputs/integer';
import { plainLines } from '@repo/core/text/untrusted';
import { peerName } from '@repo/probe/explain';
import { connectTcp, readBanner } from '@repo/probe/tcp';
import * as v from 'valibot';
import { DurationFact } from '../expectations/duration-fact.ts';
import { dial, failed } from './dial.ts';
import type { AttemptContext, Kind, Observation, Target } from './kind.ts';
import { filled } from './target-schema.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Most of a banner that is read, bytes; SMTP and SSH send less. */
const LONGEST_BANNER = 1_024;

export const endpointSchema = v.strictObject(
  { host: filled, port: field(integer({ min: 1, max: 65_535 })) },
  'Write host and port.',
);

/** A port takes connections; with an expectation about `banner`, it also says the right thing. */
export const tcp: Kind = {
  schema: v.pipe(endpointSchema, v.transform(target)),
  fromUrl: (url) => target(endpointOf(url)),
  variables: ['address', 'banner'],
};

function target(endpoint: Endpoint): Target {
  return {
    description: `tcp://${peerName(endpoint.host, endpoint.port)}`,
    secrets: [],
    implied: [],
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
  { timeout, signal, reads }: AttemptContext,
): Promise<Observation> {
  const connection = await connectTcp({ address, port, timeoutMs: timeout, signal });
  const phases = { dns, connect: connection.ms, total: dns + connection.ms };
  if (!connection.ok) return failed(connection.failure, { address, phases });
  const banner = reads.has('banner')
    ? await readBanner(connection.socket, {
        maxBytes: LONGEST_BANNER,
        timeoutMs: Math.max(1, timeout - connection.ms),
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

/** Host and port of a URL such as `tcp://db:5432`. */
export function endpointOf(url: URL): Endpoint {
  if (url.hostname === '' || url.port === '') {
    throw new InvalidValue('has no host and port', `Write ${url.protocol}//host:port.`);
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
}
