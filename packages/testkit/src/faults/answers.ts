import type { OutgoingHttpHeaders } from 'node:http';
import type { Behaviour, HttpExchange } from './behaviour.ts';

export interface Content {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** Answers properly. */
export function respond(
  status: number,
  { headers = {}, body }: Content = {},
): Behaviour<HttpExchange> {
  return ({ response }) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Answers with `value` as JSON. */
export function json(value: unknown, status = 200): Behaviour<HttpExchange> {
  const body = JSON.stringify(value);
  return respond(status, { headers: { 'content-type': 'application/json' }, body });
}

/** Answers with the request's method, url, headers and body as JSON. */
export function echo(): Behaviour<HttpExchange> {
  return (exchange) => {
    const { method, url, headers, body } = exchange.request;
    return json({ method, url, headers, body })(exchange);
  };
}
