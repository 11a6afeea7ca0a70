import type { OutgoingHttpHeaders } from 'node:http';
import type { Behaviour, HttpExchange } from './behaviour.ts';

export interface Content {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** Sends a valid response. */
export function respond(
  status: number,
  { headers = {}, body }: Content = {},
): Behaviour<HttpExchange> {
  return ({ response }) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Responds with `value` as JSON. */
export function json(value: unknown, status = 200): Behaviour<HttpExchange> {
  const body = JSON.stringify(value);
  return respond(status, { headers: { 'content-type': 'application/json' }, body });
}

/** Responds with the method, URL, headers and body of the request as JSON. */
export function echo(): Behaviour<HttpExchange> {
  return (exchange) => {
    const { method, url, headers, body } = exchange.request;
    return json({ method, url, headers, body })(exchange);
  };
}
