import { respond } from './answers.ts';
import type { Behaviour, HttpExchange, RecordedRequest } from './behaviour.ts';

/** Redirects to a URL or path, or to the result of a function of the request. */
export function redirectTo(
  target: string | ((request: RecordedRequest) => string),
  status = 302,
): Behaviour<HttpExchange> {
  return (exchange) => {
    const location = typeof target === 'string' ? target : target(exchange.request);
    return respond(status, { headers: { location } })(exchange);
  };
}

/** Redirects every request to its own URL. */
export function redirectLoop(): Behaviour<HttpExchange> {
  return redirectTo((request) => request.url);
}

/** Redirects `hops` times (counted in the query as `?hop=1`), then runs `end`. */
export function redirectChain(
  hops: number,
  end: Behaviour<HttpExchange> = respond(200),
): Behaviour<HttpExchange> {
  return (exchange) => {
    const { path, url } = exchange.request;
    const hop = Number(new URLSearchParams(url.slice(path.length)).get('hop'));
    return (hop < hops ? redirectTo(`${path}?hop=${hop + 1}`) : end)(exchange);
  };
}
