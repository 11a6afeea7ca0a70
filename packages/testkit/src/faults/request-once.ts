import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** The response to one request. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  /** The unmodified body: not decompressed, redirects not followed. */
  readonly body: Buffer;
}

/**
 * Sends one request over a new connection. Rejects with Node's error (`code` is `ECONNRESET`,
 * `HPE_…`, `CERT_…`).
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
        (body) => resolve({ status: statusCode, reason: statusMessage, headers, body }),
        reject,
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Reads all bytes until the TCP server closes the connection. Rejects with Node's error. */
export async function readAll(port: number, send = '', host = '127.0.0.1'): Promise<Buffer> {
  const socket = connect(port, host);
  if (send !== '') socket.write(send);
  return await buffer(socket);
}
