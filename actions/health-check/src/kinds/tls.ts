import { peerName } from '@repo/probe/explain';
import { connectTcp } from '@repo/probe/tcp';
import { handshake } from '@repo/probe/tls';
import * as v from 'valibot';
import { DurationFact } from '../expectations/duration-fact.ts';
import { certificateEvidence, tlsFacts } from './certificate.ts';
import { dial, failed } from './dial.ts';
import type { AttemptContext, Kind, Observation, Target } from './kind.ts';
import { type Endpoint, endpointOf, endpointSchema } from './tcp.ts';

/** A TLS handshake with a certificate that is trusted, in date and made out for the host. */
export const tls: Kind = {
  schema: v.pipe(endpointSchema, v.transform(target)),
  fromUrl: (url) => target(endpointOf(url)),
  variables: ['address', 'tls'],
};

function target(endpoint: Endpoint): Target {
  return {
    description: `tls://${peerName(endpoint.host, endpoint.port)}`,
    secrets: [],
    implied: [],
    attempt: (context) =>
      dial(endpoint.host, endpoint.port, context, (address, { ms }, rest) =>
        shakeHands(address, ms, endpoint, rest),
      ),
  };
}

async function shakeHands(
  address: string,
  dns: number,
  { host, port }: Endpoint,
  { network, timeout, signal }: AttemptContext,
): Promise<Observation> {
  const connection = await connectTcp({ address, port, timeoutMs: timeout, signal });
  if (!connection.ok) {
    return failed(connection.failure, {
      address,
      phases: { dns, connect: connection.ms, total: dns + connection.ms },
    });
  }
  const result = await handshake(connection.socket, {
    host,
    settings: network.tls,
    timeoutMs: Math.max(1, timeout - connection.ms),
    signal,
  });
  const total = dns + connection.ms + result.ms;
  const seen = { address, phases: { dns, connect: connection.ms, tls: result.ms, total } };
  if (!result.ok) return failed(result.failure, seen);
  result.socket.destroy();
  const { certificate } = result;
  const [problem] = certificate.problems;
  const evidence = () => [certificateEvidence(certificate)];
  if (problem !== undefined && !network.insecure) {
    return { ...seen, state: 'failed', reason: problem.message, evidence };
  }
  return {
    ...seen,
    state: 'answered',
    facts: {
      address,
      tls: tlsFacts(certificate, Date.now()),
      latency: new DurationFact(total),
    },
    evidence,
  };
}
