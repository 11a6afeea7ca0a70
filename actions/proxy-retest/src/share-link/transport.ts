import type { Transport } from '../endpoint/endpoint.ts';
import { quote, requireHeaderValue } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import type { Query } from './link.ts';

/** The fields of a link that describe its transport. */
export interface TransportFields {
  /** `ws`, `tcp`, `raw`, … */
  readonly network: string;
  /** The header type of TCP: `none` or `http`. */
  readonly header: string;
  readonly path: string;
  readonly host: string;
  readonly service: string;
}

/** Throws {@link InvalidLink} for transports that the engine does not support. */
export function parseTransport(names: TransportFields): Transport {
  const network = names.network.trim().toLowerCase();
  const parse = TRANSPORTS[network];
  if (!parse) throw new InvalidLink(`its transport ${quote(network)} is not supported`);
  return parse(names);
}

export function parseQueryTransport(query: Query): Transport {
  return parseTransport({
    network: query.get('type') ?? '',
    header: query.get('headertype') ?? '',
    path: query.get('path') ?? '',
    host: query.get('host') ?? '',
    service: query.get('servicename') ?? '',
  });
}

const tcp = (names: TransportFields): Transport =>
  names.header.trim().toLowerCase() === 'http' ? http(names) : { kind: 'tcp' };

const http = ({ path, host }: TransportFields): Transport => ({
  kind: 'http',
  path: parsePath(path),
  hosts: parseHosts(host),
});

const ws = ({ path, host }: TransportFields): Transport => {
  const [early, rest] = splitEarlyData(parsePath(path));
  return { kind: 'ws', path: rest, host: parseHosts(host)[0] ?? '', earlyData: early };
};

const TRANSPORTS: Readonly<Record<string, (names: TransportFields) => Transport>> = {
  __proto__: null as never,
  '': tcp,
  tcp,
  raw: tcp,
  ws,
  websocket: ws,
  http,
  h2: http,
  grpc: ({ service, path }) => ({
    kind: 'grpc',
    service: requireHeaderValue('service', service || path),
  }),
  httpupgrade: ({ path, host }) => ({
    kind: 'httpupgrade',
    path: splitEarlyData(parsePath(path))[1],
    host: parseHosts(host)[0] ?? '',
  }),
};

function parsePath(text: string): string {
  const path = requireHeaderValue('path', text.trim());
  return path.startsWith('/') ? path : `/${path}`;
}

function parseHosts(text: string): string[] {
  return text
    .split(',')
    .map((host) => requireHeaderValue('host', host.trim()))
    .filter((host) => host !== '');
}

/** Removes `?ed=2048`, the size of the WebSocket early data, from a path. */
function splitEarlyData(path: string): [bytes: number, path: string] {
  const [before = '', ...after] = path.split('?');
  const query = after.join('?').split('&');
  const found = query.find((part) => /^ed=\d{1,6}$/.test(part));
  const rest = query.filter((part) => !part.startsWith('ed=')).join('&');
  return [Number(found?.slice(3) ?? 0), rest === '' ? before : `${before}?${rest}`];
}

/** The path with `?ed=`, which {@link parseTransport} parses. */
export function pathWithEarlyData(path: string, earlyData: number): string {
  if (earlyData === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}ed=${earlyData}`;
}

/** The parameters that {@link parseQueryTransport} parses. */
export function transportParameters(transport: Transport, tls: boolean): Record<string, string> {
  switch (transport.kind) {
    case 'tcp':
      return { type: 'tcp' };
    case 'ws':
      return {
        type: 'ws',
        path: pathWithEarlyData(transport.path, transport.earlyData),
        host: transport.host,
      };
    case 'grpc':
      return { type: 'grpc', serviceName: transport.service };
    case 'http':
      return {
        ...(tls ? { type: 'http' } : { type: 'tcp', headerType: 'http' }),
        path: transport.path,
        host: transport.hosts.join(','),
      };
    case 'httpupgrade':
      return { type: 'httpupgrade', path: transport.path, host: transport.host };
  }
}
