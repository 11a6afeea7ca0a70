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
import { converse, Refusal } from '../connection.ts';
import { type Answer, decodeAnswer, encodeQuery, type Question } from './message.ts';

/** A datagram may get lost: it is sent again after this, ms. */
const AGAIN_MS = 1_000;

export interface Server {
  readonly address: string;
  readonly port: number;
  readonly resolveMs: number;
}

/** Asks a name server over UDP, and over TCP what does not fit into a datagram. */
export async function ask(
  server: Server,
  question: Question,
  context: AttemptContext,
): Promise<Observation> {
  const { address, port, resolveMs } = server;
  const started = performance.now();
  const { timeoutMs, signal } = context;
  const seen = () => ({
    address,
    phases: { dns: resolveMs, total: performance.now() - started + resolveMs },
  });
  const reply = await within({ timeoutMs, signal }, (limit) => overUdp(server, question, limit));
  if (!reply.ok) return failedObservation(reply.failure, seen());
  if (!reply.answer.truncated) {
    const { phases } = seen();
    const facts = factsOf(address, reply.answer);
    return {
      address,
      phases,
      state: 'answered',
      facts: { ...facts, latency: new DurationFact(phases.total) },
      evidence: () => evidenceOf(reply.answer),
    };
  }
  const left = Math.max(1, timeoutMs - (performance.now() - started));
  const [observation] = await overTcp(address, port, question, { ...context, timeoutMs: left });
  return observation ?? failedObservation(silent(server, 'it says nothing'), seen());
}

function factsOf(address: string, { rcode, answers, ttl }: Answer): Facts {
  return { address, rcode, answers, ttl };
}

function evidenceOf({ rcode, answers }: Answer): readonly Evidence[] {
  return [{ title: `answer ${rcode}`, lines: plainLines(answers.join('\n')) }];
}

type Reply =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly failure: ProbeFailure };

async function overUdp(server: Server, question: Question, limit: Limit): Promise<Reply> {
  const { address, port } = server;
  const peer = peerName(address, port);
  const place = { phase: 'first-byte', peer } as const;
  // A port and a number that nobody can guess: who does not see the query cannot answer it.
  const id = randomInt(0x10000);
  const query = encodeQuery(id, question);
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  let again: NodeJS.Timeout | undefined;
  try {
    return await limit.wait<Reply>(
      (settle) => {
        const fail = (error: unknown) => settle({ ok: false, failure: explainError(error, place) });
        socket.on('error', fail);
        socket.on('message', (bytes) => {
          try {
            const answer = decodeAnswer(bytes, id, question);
            if (answer !== undefined) settle({ ok: true, answer });
          } catch (error) {
            settle({ ok: false, failure: silent(server, (error as Error).message) });
          }
        });
        // A connected socket hears only its peer, and that nobody listens there.
        socket.once('connect', () => {
          const send = () => socket.send(query, (error) => error && fail(error));
          send();
          again = setInterval(send, AGAIN_MS);
        });
        socket.connect(port, address);
      },
      (end) => ({ ok: false, failure: explainEnd(end, place, limit.timeoutMs) }),
    );
  } finally {
    clearInterval(again);
    socket.close();
  }
}

function overTcp(address: string, port: number, question: Question, context: AttemptContext) {
  const id = randomInt(0x10000);
  const query = encodeQuery(id, question);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length);
  return converse({ host: address, port }, { ...context, allAddresses: false }, async (wire) => {
    wire.send(Buffer.concat([length, query]));
    const size = (await wire.read(2)).readUInt16BE(0);
    const answer = decodeAnswer(await wire.read(size), id, question);
    if (answer === undefined) throw new Refusal('it answers another question');
    wire.keep(() => evidenceOf(answer));
    return factsOf(address, answer);
  });
}

function silent({ address, port }: Server, reason: string): ProbeFailure {
  const message = `the answer of ${peerName(address, port)} cannot be read: ${reason}`;
  return { phase: 'body', kind: 'protocol', message };
}
