import { DurationFact } from '@repo/checks/facts';
import { toCertificateEvidence, toTlsFacts } from '@repo/checks/kinds/certificate';
import { dial } from '@repo/checks/kinds/dial';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import { failedObservation, type Observation } from '@repo/checks/kinds/observation';
import { type Endpoint, endpointSchema, parseEndpoint } from '@repo/checks/kinds/tcp';
import { peerName } from '@repo/probe/explain';
import { connectTcp } from '@repo/probe/tcp';
import { handshake } from '@repo/probe/tls';
import * as v from 'valibot';

/** A TLS handshake with a trusted, valid certificate for the host. */
export const tls: Kind = {
  schema: v.pipe(endpointSchema, v.transform(target)),
  fromUrl: (url) => target(parseEndpoint(url)),
  variables: ['address', 'tls'],
};

function target(endpoint: Endpoint): Target {
  return {
    description: `tls://${peerName(endpoint.host, endpoint.port)}`,
    secrets: [],
    defaultExpectations: [],
    attempt: (context) =>
      dial(endpoint.host, endpoint.port, context, (address, { ms }, rest) =>
        performHandshake(address, ms, endpoint, rest),
      ),
  };
}

async function performHandshake(
  address: string,
  dns: number,
  { host, port }: Endpoint,
  { network, timeoutMs, signal }: AttemptContext,
): Promise<Observation> {
  const connection = await connectTcp({ address, port, timeoutMs, signal });
  if (!connection.ok) {
    return failedObservation(connection.failure, {
      address,
      phases: { dns, connect: connection.ms, total: dns + connection.ms },
    });
  }
  const result = await handshake(connection.socket, {
    host,
    settings: network.tls,
    timeoutMs: Math.max(1, timeoutMs - connection.ms),
    signal,
  });
  const total = dns + connection.ms + result.ms;
  const measured = { address, phases: { dns, connect: connection.ms, tls: result.ms, total } };
  if (!result.ok) return failedObservation(result.failure, measured);
  result.socket.destroy();
  const { certificate } = result;
  const [problem] = certificate.problems;
  const evidence = () => [toCertificateEvidence(certificate)];
  if (problem !== undefined && !network.insecure) {
    return { ...measured, state: 'failed', reason: problem.message, evidence };
  }
  return {
    ...measured,
    state: 'answered',
    facts: {
      address,
      tls: toTlsFacts(certificate, Date.now()),
      latency: new DurationFact(total),
    },
    evidence,
  };
}
