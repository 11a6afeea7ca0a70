import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { DurationFact, type Facts } from '@repo/checks/facts';
import type { AttemptContext } from '@repo/checks/kinds/kind';
import { type Evidence, failedObservation, type Observation } from '@repo/checks/kinds/observation';
import { plainLines } from '@repo/core/text/untrusted';
import { explainEnd, explainError, peerName } from '@repo/probe/explain';
import type { ProbeFailure } from '@repo/probe/failure';
import { type Limit, within } from '@repo/probe/limit';
import { ProtocolError, withConnection } from '../connection.ts';
import { decodeResponse, encodeQuery, type Question, type Response } from './message.ts';

/** A lost datagram is sent again after this time. */
const RETRY_MS = 1_000;

export interface NameServer {
  readonly address: string;
  readonly port: number;
  readonly resolveMs: number;
}

/** Queries a name server over UDP, and over TCP when the response is truncated. */
export async function queryServer(
  server: NameServer,
  question: Question,
  context: AttemptContext,
): Promise<Observation> {
  const { address, port, resolveMs } = server;
  const started = performance.now();
  const { timeoutMs, signal } = context;
  const timed = () => ({
    address,
    phases: { dns: resolveMs, total: performance.now() - started + resolveMs },
  });
  const result = await within({ timeoutMs, signal }, (limit) => queryUdp(server, question, limit));
  if (!result.ok) return failedObservation(result.failure, timed());
  if (!result.response.truncated) {
    const { phases } = timed();
    const facts = toFacts(address, result.response);
    return {
      address,
      phases,
      state: 'answered',
      facts: { ...facts, latency: new DurationFact(phases.total) },
      evidence: () => toEvidence(result.response),
    };
  }
  const left = Math.max(1, timeoutMs - (performance.now() - started));
  const [observation] = await queryTcp(address, port, question, { ...context, timeoutMs: left });
  return observation ?? failedObservation(malformed(server, 'empty response'), timed());
}

function toFacts(address: string, { rcode, answers, ttl }: Response): Facts {
  return { address, rcode, answers, ttl };
}

function toEvidence({ rcode, answers }: Response): readonly Evidence[] {
  return [{ title: `answer ${rcode}`, lines: plainLines(answers.join('\n')) }];
}

type QueryResult =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly failure: ProbeFailure };

async function queryUdp(
  server: NameServer,
  question: Question,
  limit: Limit,
): Promise<QueryResult> {
  const { address, port } = server;
  const peer = peerName(address, port);
  const place = { phase: 'first-byte', peer } as const;
  // A random port and ID protect against spoofed responses.
  const id = randomInt(0x10000);
  const query = encodeQuery(id, question);
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  let retry: NodeJS.Timeout | undefined;
  try {
    return await limit.wait<QueryResult>(
      (settle) => {
        const fail = (error: unknown) => settle({ ok: false, failure: explainError(error, place) });
        socket.on('error', fail);
        socket.on('message', (bytes) => {
          try {
            const response = decodeResponse(bytes, id, question);
            if (response !== undefined) settle({ ok: true, response });
          } catch (error) {
            settle({ ok: false, failure: malformed(server, (error as Error).message) });
          }
        });
        // A connected socket receives only from its peer, and reports a closed port.
        socket.once('connect', () => {
          const send = () => socket.send(query, (error) => error && fail(error));
          send();
          retry = setInterval(send, RETRY_MS);
        });
        socket.connect(port, address);
      },
      (end) => ({ ok: false, failure: explainEnd(end, place, limit.timeoutMs) }),
    );
  } finally {
    clearInterval(retry);
    socket.close();
  }
}

function queryTcp(address: string, port: number, question: Question, context: AttemptContext) {
  const id = randomInt(0x10000);
  const query = encodeQuery(id, question);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length);
  return withConnection(
    { host: address, port },
    { ...context, allAddresses: false },
    async (connection) => {
      connection.send(Buffer.concat([length, query]));
      const size = (await connection.read(2)).readUInt16BE(0);
      const response = decodeResponse(await connection.read(size), id, question);
      if (response === undefined) throw new ProtocolError('the response is for another query');
      connection.setEvidence(() => toEvidence(response));
      return toFacts(address, response);
    },
  );
}

function malformed({ address, port }: NameServer, reason: string): ProbeFailure {
  const message = `the response of ${peerName(address, port)} is malformed: ${reason}`;
  return { phase: 'body', kind: 'protocol', message };
}
