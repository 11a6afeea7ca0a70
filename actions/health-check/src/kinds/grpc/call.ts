import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { plain } from '@repo/core/text/untrusted';
import { explainEnd, explainError } from '@repo/probe/explain';
import type { ProbeFailure } from '@repo/probe/failure';
import { type Connection, ConnectionError, ProtocolError } from '../connection.ts';

/** The response to a health check has seven bytes. */
const MAX_RESPONSE_BYTES = 4_096;

export interface CallResult {
  /** The gRPC status code. */
  readonly status: number;
  /** The status message; untrusted. */
  readonly message: string;
  /** The framed messages of the response. */
  readonly body: Buffer;
}

export interface Call {
  readonly scheme: 'http' | 'https';
  readonly authority: string;
  /** `/package.Service/Method` */
  readonly path: string;
  readonly body: Buffer;
  readonly timeoutMs: number;
}

type Answer =
  | { readonly ok: true; readonly result: CallResult }
  | { readonly ok: false; readonly failure: ProbeFailure };

/** One unary gRPC call over HTTP/2. */
export async function call(connection: Connection, call: Call): Promise<CallResult> {
  const { socket, limit, peer } = connection.detach();
  const place = { phase: 'first-byte', peer } as const;
  let session: ClientHttp2Session | undefined;
  try {
    const answer = await limit.wait<Answer>(
      (settle) => {
        const fail = (error: unknown) => settle({ ok: false, failure: toFailure(error, peer) });
        const opened = connect(`${call.scheme}://${call.authority}`, {
          createConnection: () => socket,
        });
        session = opened;
        opened.on('error', fail);
        opened.once('close', () => fail(Object.assign(new Error(), { code: 'ECONNRESET' })));
        // A server may also close the session without an error.
        opened.once('goaway', (code) => code !== 0 && fail(new Error(`HTTP/2 error ${code}`)));
        request(opened, call, (result) => settle({ ok: true, result }), fail);
      },
      (end) => ({ ok: false, failure: explainEnd(end, place, limit.timeoutMs) }),
    );
    if (!answer.ok) throw new ConnectionError(answer.failure);
    return answer.result;
  } finally {
    session?.destroy();
  }
}

function request(
  session: ClientHttp2Session,
  { scheme, authority, path, body, timeoutMs }: Call,
  done: (result: CallResult) => void,
  fail: (error: unknown) => void,
): void {
  const stream = session.request({
    ':method': 'POST',
    ':scheme': scheme,
    ':authority': authority,
    ':path': path,
    te: 'trailers',
    'content-type': 'application/grpc',
    'user-agent': 'health-check',
    'grpc-timeout': `${Math.min(99_999_999, Math.ceil(timeoutMs))}m`,
  });
  let headers: Readonly<Record<string, unknown>> = {};
  let trailers: Readonly<Record<string, unknown>> = {};
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('error', fail);
  stream.once('response', (given) => {
    headers = given;
  });
  stream.once('trailers', (given) => {
    trailers = given;
  });
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > MAX_RESPONSE_BYTES) {
      fail(new ProtocolError('the response is too long for a health check'));
    }
  });
  stream.once('end', () => {
    // A call that fails at once has its status in the headers.
    const all = { ...headers, ...trailers };
    const status = all['grpc-status'];
    if (status === undefined) {
      const http = String(headers[constants.HTTP2_HEADER_STATUS]);
      return fail(
        new ProtocolError(`the server does not speak gRPC (HTTP status ${plain(http, 20)})`),
      );
    }
    const message = plain(String(all['grpc-message'] ?? ''));
    done({ status: Number(status), message, body: Buffer.concat(chunks) });
  });
  stream.end(body);
}

function toFailure(error: unknown, peer: string): ProbeFailure {
  if (error instanceof ProtocolError) {
    return { phase: 'body', kind: 'protocol', message: error.message };
  }
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('ERR_HTTP2') || code === '') {
    const reason = `${peer} does not speak HTTP/2: ${plain(message, 120)}`;
    return { phase: 'first-byte', kind: 'protocol', message: reason };
  }
  return explainError(error, { phase: 'first-byte', peer });
}
