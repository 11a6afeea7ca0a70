import type { Behaviour, Connection, HttpExchange } from './behaviour.ts';
import { head } from './http-head.ts';

/** Accepts the connection and never responds. */
export function hang(): Behaviour<Connection> {
  return () => {};
}

/** Sends status 200 and headers with a content length, but no body. */
export function hangAfterHeaders(): Behaviour<HttpExchange> {
  return ({ response }) => {
    response.writeHead(200, { 'content-length': 1000 }).flushHeaders();
  };
}

/**
 * Closes the connection with an RST. On TCP, it may arrive before the client sees its connect
 * succeed (`connect ECONNRESET`); use `afterData(reset())` to send it later.
 */
export function reset(): Behaviour<Connection> {
  return (connection) => connection.reset();
}

/** Closes the connection with a FIN, without data. */
export function closeSilently(): Behaviour<Connection> {
  return ({ socket }) => {
    socket.destroySoon();
  };
}

/** Sends data that is not HTTP (the start of an SSH greeting and binary bytes). */
export function garbage(): Behaviour<Connection> {
  const bytes = Buffer.concat([
    Buffer.from('SSH-2.0-garbage\r\n'),
    Buffer.from([0, 255, 7, 27, 128]),
  ]);
  return ({ socket }) => {
    socket.end(bytes);
  };
}

/** Declares a body of `declared` bytes, sends only `sent` bytes and closes the connection. */
export function wrongContentLength({ declared = 1000, sent = 10 } = {}): Behaviour<HttpExchange> {
  return ({ socket }) => {
    socket.end(head(200, { 'content-length': declared }) + 'x'.repeat(sent));
  };
}
