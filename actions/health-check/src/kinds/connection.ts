import type { Socket } from 'node:net';
import { DurationFact, type Facts } from '@repo/checks/facts';
import { toCertificateEvidence } from '@repo/checks/kinds/certificate';
import { dial } from '@repo/checks/kinds/dial';
import type { AttemptContext } from '@repo/checks/kinds/kind';
import { type Evidence, failedObservation, type Observation } from '@repo/checks/kinds/observation';
import { classifyAddress } from '@repo/probe/address';
import { explainEnd, explainError, peerName } from '@repo/probe/explain';
import type { PhaseTimings, ProbeFailure } from '@repo/probe/failure';
import { type Limit, within } from '@repo/probe/limit';
import { connectWithin } from '@repo/probe/tcp';
import { handshakeWithin } from '@repo/probe/tls';

/** Most bytes that are taken from a target in one conversation. */
const MOST_BYTES = 1_048_576;

/** Where a target is. */
interface Place {
  readonly host: string;
  readonly port: number;
}

/** A connection as a protocol sees it. What cannot be read throws, and ends the conversation. */
export interface Wire {
  /** Exactly so many bytes, of those that have come or will come. */
  readonly read: (bytes: number) => Promise<Buffer>;
  /** A line without its end (LF or CRLF), in Latin-1. */
  readonly readLine: () => Promise<string>;
  readonly send: (data: string | Uint8Array) => void;
  /** Goes on in TLS. A certificate that is `judged` has to be trusted, unless inputs say otherwise. */
  readonly secure: (options: { readonly judged: boolean; readonly alpn?: string }) => Promise<void>;
  /** Whether a password may be sent in a form that others could use: nobody else can be there. */
  readonly confidential: () => boolean;
  /** Whether it is in TLS. */
  readonly isSecured: () => boolean;
  /** Keeps what explains an answer that turns out not to be the expected one. */
  readonly keep: (evidence: () => readonly Evidence[]) => void;
  /** Hands the connection over to a protocol with a library of its own; it stays ours to close. */
  readonly release: () => { readonly socket: Socket; readonly limit: Limit; readonly peer: string };
}

/** The target answered, but not as it should; the message is a clause. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly evidence: () => readonly Evidence[];

  constructor(message: string, evidence: () => readonly Evidence[] = () => []) {
    super(message);
    this.evidence = evidence;
  }
}

/** The connection did not bear the conversation. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly failure: ProbeFailure;

  constructor(failure: ProbeFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * A conversation with a host, or with each of its addresses, over a connection of its own and
 * within the time of the attempt. What `talk` returns are the facts; the {@link Refusal} that it
 * throws is a failed attempt.
 */
export function converse(
  place: Place,
  context: AttemptContext,
  talk: (wire: Wire) => Promise<Facts>,
): Promise<readonly Observation[]> {
  return dial(place.host, place.port, context, (address, { ms }, rest) =>
    converseWith(address, ms, place, rest, talk),
  );
}

function converseWith(
  address: string,
  resolveMs: number,
  { host, port }: Place,
  { network, timeoutMs, signal }: AttemptContext,
  talk: (wire: Wire) => Promise<Facts>,
): Promise<Observation> {
  const started = performance.now();
  const peer = peerName(host, port, address);
  const phases: { -readonly [P in keyof PhaseTimings]: PhaseTimings[P] } = {
    dns: resolveMs,
    total: 0,
  };
  const seen = () => {
    phases.total = performance.now() - started + resolveMs;
    return { address, phases };
  };
  return within({ timeoutMs, signal }, async (limit) => {
    const connection = await connectWithin({ address, port }, limit, peer);
    if (!connection.ok) return failedObservation(connection.failure, seen());
    phases.connect = connection.ms;
    let socket: Socket = connection.socket;
    let evidence: (() => readonly Evidence[]) | undefined;
    let listening: Incoming | undefined;
    // Not before somebody asks: another protocol may be the one to read.
    const incoming = () => {
      listening ??= listen(socket, limit, peer);
      return listening;
    };
    const release = () => {
      listening?.release();
      listening = undefined;
    };
    let trusted = ['loopback', 'private'].includes(classifyAddress(address));
    try {
      const facts = await talk({
        read: (bytes) => incoming().read(bytes),
        readLine: () => incoming().readLine(),
        send: (data) => socket.write(data),
        secure: async ({ judged, alpn }) => {
          release();
          const { tls: settings, insecure } = network;
          const secured = await handshakeWithin(
            socket,
            { host, settings, peer, ...(alpn !== undefined && { alpn: [alpn] }) },
            limit,
          );
          if (!secured.ok) throw new Broken(secured.failure);
          const { certificate } = secured;
          socket = secured.socket;
          phases.tls = secured.ms;
          const [problem] = certificate.problems;
          if (judged && problem !== undefined && !insecure) {
            throw new Refusal(problem.message, () => [toCertificateEvidence(certificate)]);
          }
          trusted ||= insecure || problem === undefined;
        },
        confidential: () => trusted,
        keep: (given) => {
          evidence = given;
        },
        isSecured: () => socket !== connection.socket,
        release: () => {
          release();
          return { socket, limit, peer };
        },
      });
      const { total } = seen().phases;
      return {
        ...seen(),
        state: 'answered',
        facts: { address, latency: new DurationFact(total), ...facts },
        ...(evidence && { evidence }),
      };
    } catch (error) {
      if (error instanceof Broken) return failedObservation(error.failure, seen());
      const { message: reason, evidence } = refusalOf(error);
      return { ...seen(), state: 'failed', reason, evidence };
    } finally {
      socket.destroy();
      connection.socket.destroy();
    }
  });
}

type Incoming = ReturnType<typeof listen>;

/** Lengths and texts that contradict themselves show when they are read. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof RangeError || error instanceof SyntaxError) {
    return new Refusal(`its answer makes no sense (${error.message})`);
  }
  throw error;
}

/** Gathers what comes over a socket until it is asked for. */
function listen(socket: Socket, limit: Limit, peer: string) {
  const place = { phase: 'first-byte', peer } as const;
  const chunks: Buffer[] = [];
  let size = 0;
  let total = 0;
  let broken: ProbeFailure | undefined;
  let wake = () => {};
  const end = (error: Error) => {
    broken ??= explainError(error, total === 0 ? place : { peer, phase: 'body' });
    wake();
  };
  const close = () => end(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    total += chunk.length;
    if (total > MOST_BYTES) {
      socket.destroy();
      broken ??= { phase: 'body', kind: 'protocol', message: `${peer} says more than 1 MiB` };
    }
    wake();
  };
  socket.on('data', take).on('error', end).on('end', close).on('close', close);
  if (socket.destroyed) close();

  const until = async (enough: () => boolean) => {
    while (!enough()) {
      const failure = await limit.wait<ProbeFailure | undefined>(
        (settle) => {
          wake = () => settle(broken);
          if (broken !== undefined) settle(broken);
        },
        (cause) =>
          explainEnd(cause, total === 0 ? place : { peer, phase: 'body' }, limit.timeoutMs),
      );
      // What came before the end may still be enough.
      if (failure !== undefined && !enough()) throw new Broken(failure);
    }
  };
  const whole = (): Buffer => {
    const [first = Buffer.alloc(0), ...more] = chunks;
    return more.length === 0 ? first : Buffer.concat(chunks);
  };
  const cut = (bytes: number): Buffer => {
    const all = whole();
    chunks.splice(0, chunks.length, all.subarray(bytes));
    size -= bytes;
    return all.subarray(0, bytes);
  };
  return {
    read: async (bytes: number) => {
      if (bytes > MOST_BYTES) throw new Refusal('its answer cannot be read: more than 1 MiB');
      await until(() => size >= bytes);
      return cut(bytes);
    },
    readLine: async () => {
      let searched = 0;
      await until(() => {
        const found = chunks.slice(searched).some((chunk) => chunk.includes(0x0a));
        if (!found) searched = chunks.length;
        return found;
      });
      return cut(whole().indexOf(0x0a) + 1)
        .toString('latin1')
        .replace(/\r?\n$/, '');
    },
    release: () => {
      // What came before the handshake would be taken for a part of what was said in TLS.
      if (size > 0) throw new Refusal(`${peer} speaks before it is asked`);
      socket.pause().off('data', take).off('error', end).off('end', close).off('close', close);
      socket.on('error', () => {});
    },
  };
}
