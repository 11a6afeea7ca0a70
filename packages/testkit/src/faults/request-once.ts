import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What came back for one request. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  /** As sent: redirects are not followed, and nothing is decompressed. */
  readonly body: Buffer;
}

/**
 * One plain request over a connection of its own: a client to test servers with.
 * Rejects with Node's own error (`code` is `ECONNRESET`, `HPE_…`, `CERT_…`).
 */
export function requestOnce(
  url: string,
  { body, ...options }: RequestOptions & { readonly body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, { agent: false, ...options }, (response) => {
      const { statusCode = 0, statusMessage = '', headers } = response;
      buffer(response).then(
        (whole) => resolve({ status: statusCode, reason: statusMessage, headers, body: whole }),
        reject,
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** All bytes that a TCP server sends until it ends the connection; rejects with Node's error. */
export async function readAll(port: number, send = '', host = '127.0.0.1'): Promise<Buffer> {
  const socket = connect(port, host);
  if (send !== '') socket.write(send);
  return await buffer(socket);
}
