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

/** Bytes accepted from a target over one connection. */
const MAX_BYTES = 1_048_576;

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A connection for the implementation of a protocol. Failed reads throw. */
export interface Connection {
  /** Waits for exactly this number of bytes. */
  readonly read: (bytes: number) => Promise<Buffer>;
  /** A line in Latin-1, without its LF or CRLF. */
  readonly readLine: () => Promise<string>;
  readonly send: (data: string | Uint8Array) => void;
  /** Switches to TLS. `verify` requires a trusted certificate, unless `insecure` is set. */
  readonly startTls: (options: {
    readonly verify: boolean;
    readonly alpn?: string;
  }) => Promise<void>;
  /** Whether a password may be sent in clear text: trusted TLS, or a loopback or private address. */
  readonly isConfidential: () => boolean;
  readonly isEncrypted: () => boolean;
  /** Sets the evidence for an answer that does not meet the expectations. */
  readonly setEvidence: (evidence: () => readonly Evidence[]) => void;
  /** Hands the socket to a library. The connection still closes the socket in the end. */
  readonly detach: () => { readonly socket: Socket; readonly limit: Limit; readonly peer: string };
}

/** The target answered, but not as the protocol requires. The message is a clause. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly evidence: () => readonly Evidence[];

  constructor(message: string, evidence: () => readonly Evidence[] = () => []) {
    super(message);
    this.evidence = evidence;
  }
}

/** The connection failed. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly failure: ProbeFailure;

  constructor(failure: ProbeFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Connects to a host, or to each of its addresses, and passes the connection to `use`, which
 * returns the facts. A {@link ProtocolError} from `use` is a failed attempt.
 */
export function withConnection(
  endpoint: Endpoint,
  context: AttemptContext,
  use: (connection: Connection) => Promise<Facts>,
): Promise<readonly Observation[]> {
  return dial(endpoint.host, endpoint.port, context, (address, { ms }, rest) =>
    connectTo(address, ms, endpoint, rest, use),
  );
}

function connectTo(
  address: string,
  resolveMs: number,
  { host, port }: Endpoint,
  { network, timeoutMs, signal }: AttemptContext,
  use: (connection: Connection) => Promise<Facts>,
): Promise<Observation> {
  const started = performance.now();
  const peer = peerName(host, port, address);
  const phases: { -readonly [P in keyof PhaseTimings]: PhaseTimings[P] } = {
    dns: resolveMs,
    total: 0,
  };
  const timed = () => {
    phases.total = performance.now() - started + resolveMs;
    return { address, phases };
  };
  return within({ timeoutMs, signal }, async (limit) => {
    const connected = await connectWithin({ address, port }, limit, peer);
    if (!connected.ok) return failedObservation(connected.failure, timed());
    phases.connect = connected.ms;
    let socket: Socket = connected.socket;
    let evidence: (() => readonly Evidence[]) | undefined;
    let reader: SocketReader | undefined;
    // Created at the first read: after `detach`, a library reads from the socket.
    const getReader = () => {
      reader ??= createReader(socket, limit, peer);
      return reader;
    };
    const releaseReader = () => {
      reader?.release();
      reader = undefined;
    };
    let isConfidential = ['loopback', 'private'].includes(classifyAddress(address));
    try {
      const facts = await use({
        read: (bytes) => getReader().read(bytes),
        readLine: () => getReader().readLine(),
        send: (data) => socket.write(data),
        startTls: async ({ verify, alpn }) => {
          releaseReader();
          const { tls: settings, insecure } = network;
          const secured = await handshakeWithin(
            socket,
            { host, settings, peer, ...(alpn !== undefined && { alpn: [alpn] }) },
            limit,
          );
          if (!secured.ok) throw new ConnectionError(secured.failure);
          const { certificate } = secured;
          socket = secured.socket;
          phases.tls = secured.ms;
          const [problem] = certificate.problems;
          if (verify && problem !== undefined && !insecure) {
            throw new ProtocolError(problem.message, () => [toCertificateEvidence(certificate)]);
          }
          isConfidential ||= insecure || problem === undefined;
        },
        isConfidential: () => isConfidential,
        setEvidence: (given) => {
          evidence = given;
        },
        isEncrypted: () => socket !== connected.socket,
        detach: () => {
          releaseReader();
          return { socket, limit, peer };
        },
      });
      const { total } = timed().phases;
      return {
        ...timed(),
        state: 'answered',
        facts: { address, latency: new DurationFact(total), ...facts },
        ...(evidence && { evidence }),
      };
    } catch (error) {
      if (error instanceof ConnectionError) return failedObservation(error.failure, timed());
      const { message: reason, evidence } = toProtocolError(error);
      return { ...timed(), state: 'failed', reason, evidence };
    } finally {
      socket.destroy();
      connected.socket.destroy();
    }
  });
}

type SocketReader = ReturnType<typeof createReader>;

/** Invalid lengths and texts in an answer throw RangeError and SyntaxError. */
function toProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (error instanceof RangeError || error instanceof SyntaxError) {
    return new ProtocolError(`the response is malformed (${error.message})`);
  }
  throw error;
}

/** Buffers the data of a socket until it is read. */
function createReader(socket: Socket, limit: Limit, peer: string) {
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
    if (total > MAX_BYTES) {
      socket.destroy();
      broken ??= { phase: 'body', kind: 'protocol', message: `${peer} sent more than 1 MiB` };
    }
    wake();
  };
  socket.on('data', take).on('error', end).on('end', close).on('close', close);
  if (socket.destroyed) close();

  const waitUntil = async (isEnough: () => boolean) => {
    while (!isEnough()) {
      const failure = await limit.wait<ProbeFailure | undefined>(
        (settle) => {
          wake = () => settle(broken);
          if (broken !== undefined) settle(broken);
        },
        (cause) =>
          explainEnd(cause, total === 0 ? place : { peer, phase: 'body' }, limit.timeoutMs),
      );
      // Data that arrived before the end of the connection may still be enough.
      if (failure !== undefined && !isEnough()) throw new ConnectionError(failure);
    }
  };
  const joined = (): Buffer => {
    const [first = Buffer.alloc(0), ...more] = chunks;
    return more.length === 0 ? first : Buffer.concat(chunks);
  };
  const cut = (bytes: number): Buffer => {
    const all = joined();
    chunks.splice(0, chunks.length, all.subarray(bytes));
    size -= bytes;
    return all.subarray(0, bytes);
  };
  return {
    read: async (bytes: number) => {
      if (bytes > MAX_BYTES) throw new ProtocolError('the response is larger than 1 MiB');
      await waitUntil(() => size >= bytes);
      return cut(bytes);
    },
    readLine: async () => {
      let searched = 0;
      await waitUntil(() => {
        const found = chunks.slice(searched).some((chunk) => chunk.includes(0x0a));
        if (!found) searched = chunks.length;
        return found;
      });
      return cut(joined().indexOf(0x0a) + 1)
        .toString('latin1')
        .replace(/\r?\n$/, '');
    },
    release: () => {
      // Data from before the handshake must not count as data received over TLS.
      if (size > 0) throw new ProtocolError(`${peer} sent data before the TLS handshake`);
      socket.pause().off('data', take).off('error', end).off('end', close).off('close', close);
      socket.on('error', () => {});
    },
  };
}
