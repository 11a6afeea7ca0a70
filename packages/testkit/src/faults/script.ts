import { json, respond } from './answers.ts';
import type { Behaviour, Connection, HttpExchange } from './behaviour.ts';

/**
 * How behaviours are put together to a script. A script is a behaviour itself, and it counts from
 * when it was made: make a new one for every server.
 */
type Several<C> = readonly [Behaviour<C>, ...Behaviour<C>[]];

/** The first for the first request, and so on; the last one for all that follow. */
export function sequence<C>(...behaviours: Several<C>): Behaviour<C> {
  const [first, ...rest] = behaviours;
  const last = rest.at(-1) ?? first;
  let turn = 0;
  return (connection) => (behaviours[turn++] ?? last)(connection);
}

/**
 * The same one `count` times, to be spread: `sequence(...times(3, respond(500)), respond(200))`.
 * Throws a RangeError when `count` is below 1.
 */
export function times<C>(
  count: number,
  behaviour: Behaviour<C>,
): [Behaviour<C>, ...Behaviour<C>[]] {
  if (count < 1) throw new RangeError(`times() needs a count of 1 or more, not ${count}`);
  return [behaviour, ...Array.from({ length: count - 1 }, () => behaviour)];
}

/** Each in turn, then from the start again: a flapping server. */
export function alternate<C>(...behaviours: Several<C>): Behaviour<C> {
  let turn = 0;
  return (connection) => (behaviours[turn++ % behaviours.length] ?? behaviours[0])(connection);
}

/** As `alternate`, but by connection: all requests of one connection meet the same behaviour. */
export function byConnection<C extends Connection>(...behaviours: Several<C>): Behaviour<C> {
  return (connection) =>
    (behaviours[(connection.number - 1) % behaviours.length] ?? behaviours[0])(connection);
}

/** By the request's path (the query does not count); 404 for a path that is not there. */
export function byPath(
  routes: Readonly<Record<string, Behaviour<HttpExchange>>>,
  otherwise: Behaviour<HttpExchange> = respond(404),
): Behaviour<HttpExchange> {
  return (exchange) => (routes[exchange.request.path] ?? otherwise)(exchange);
}

/**
 * A rolling deploy behind a load balancer: connection after connection meets the next version in
 * turn, as `{"version": "…"}`.
 */
export function versions(first: string, ...others: readonly string[]): Behaviour<HttpExchange> {
  const answer = (version: string) => json({ version });
  return byConnection(answer(first), ...others.map(answer));
}
