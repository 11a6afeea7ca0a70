import type { Behaviour, Connection, HttpExchange } from './behaviour.ts';
import { head } from './http-head.ts';

/** Accepts and never answers. */
export function hang(): Behaviour<Connection> {
  return () => {};
}

/** Sends status 200 and headers that promise a body, which never comes. */
export function hangAfterHeaders(): Behaviour<HttpExchange> {
  return ({ response }) => {
    response.writeHead(200, { 'content-length': 1000 }).flushHeaders();
  };
}

/**
 * Ends the connection with an RST. On TCP it may be there before the client has seen its own
 * connect succeed (`connect ECONNRESET`); `afterData(reset())` comes later for certain.
 */
export function reset(): Behaviour<Connection> {
  return (connection) => connection.reset();
}

/** Ends the connection in order (FIN) and says nothing. */
export function closeSilently(): Behaviour<Connection> {
  return ({ socket }) => {
    socket.destroySoon();
  };
}

/** Answers in something that is not HTTP (the start of an SSH greeting and binary bytes). */
export function garbage(): Behaviour<Connection> {
  const bytes = Buffer.concat([
    Buffer.from('SSH-2.0-garbage\r\n'),
    Buffer.from([0, 255, 7, 27, 128]),
  ]);
  return ({ socket }) => {
    socket.end(bytes);
  };
}

/** Says that the body has `declared` bytes, sends only `sent` of them and ends: a cut-off. */
export function wrongContentLength({ declared = 1000, sent = 10 } = {}): Behaviour<HttpExchange> {
  return ({ socket }) => {
    socket.end(head(200, { 'content-length': declared }) + 'x'.repeat(sent));
  };
}
