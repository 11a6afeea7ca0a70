import { json, respond } from './answers.ts';
import type { Behaviour, Connection, HttpExchange } from './behaviour.ts';

/**
 * The behaviours of a script. A script is a behaviour with its own counter, so create a new one for
 * each server.
 */
type Behaviours<C> = readonly [Behaviour<C>, ...Behaviour<C>[]];

/** Runs the behaviours in order, one per request, then repeats the last. */
export function sequence<C>(...behaviours: Behaviours<C>): Behaviour<C> {
  const [first, ...rest] = behaviours;
  const last = rest.at(-1) ?? first;
  let turn = 0;
  return (connection) => (behaviours[turn++] ?? last)(connection);
}

/**
 * Repeats a behaviour `count` times: `sequence(...times(3, respond(500)), respond(200))`.
 * Throws a RangeError if `count` is below 1.
 */
export function times<C>(
  count: number,
  behaviour: Behaviour<C>,
): [Behaviour<C>, ...Behaviour<C>[]] {
  if (count < 1) throw new RangeError(`times() requires a count of at least 1 (got ${count})`);
  return [behaviour, ...Array.from({ length: count - 1 }, () => behaviour)];
}

/** Cycles through the behaviours: a flapping server. */
export function alternate<C>(...behaviours: Behaviours<C>): Behaviour<C> {
  let turn = 0;
  return (connection) => (behaviours[turn++ % behaviours.length] ?? behaviours[0])(connection);
}

/** Like `alternate`, but per connection: all requests of a connection have the same behaviour. */
export function byConnection<C extends Connection>(...behaviours: Behaviours<C>): Behaviour<C> {
  return (connection) =>
    (behaviours[(connection.number - 1) % behaviours.length] ?? behaviours[0])(connection);
}

/** Selects the behaviour by path, without the query; responds 404 for other paths. */
export function byPath(
  routes: Readonly<Record<string, Behaviour<HttpExchange>>>,
  otherwise: Behaviour<HttpExchange> = respond(404),
): Behaviour<HttpExchange> {
  return (exchange) => (routes[exchange.request.path] ?? otherwise)(exchange);
}

/**
 * Simulates a rolling deployment behind a load balancer: each connection gets the next version, as
 * `{"version": "…"}`.
 */
export function versions(first: string, ...others: readonly string[]): Behaviour<HttpExchange> {
  const respondWith = (version: string) => json({ version });
  return byConnection(respondWith(first), ...others.map(respondWith));
}
