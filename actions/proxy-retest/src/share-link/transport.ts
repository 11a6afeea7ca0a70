import type { Transport } from '../endpoint/endpoint.ts';
import { headerValue, quoted } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import type { Query } from './link.ts';

/** How a link names its transport, whatever its scheme. */
export interface TransportFields {
  /** `ws`, `tcp`, `raw`, … */
  readonly network: string;
  /** The disguise of TCP: `none`, `http`, or whatever people write. */
  readonly header: string;
  readonly path: string;
  readonly host: string;
  readonly service: string;
}

/** The transport; throws {@link UnusableLink} for those that no engine of ours has. */
export function parseTransport(names: TransportFields): Transport {
  const network = names.network.trim().toLowerCase();
  const make = TRANSPORTS[network];
  if (!make) throw new InvalidLink(`its transport ${quoted(network)} is not supported`);
  return make(names);
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
    service: headerValue('service', service || path),
  }),
  httpupgrade: ({ path, host }) => ({
    kind: 'httpupgrade',
    path: splitEarlyData(parsePath(path))[1],
    host: parseHosts(host)[0] ?? '',
  }),
};

function parsePath(text: string): string {
  const path = headerValue('path', text.trim());
  return path.startsWith('/') ? path : `/${path}`;
}

function parseHosts(text: string): string[] {
  return text
    .split(',')
    .map((host) => headerValue('host', host.trim()))
    .filter((host) => host !== '');
}

/** `?ed=2048` in a path is no part of it: so much of the first data rides on the handshake. */
function splitEarlyData(path: string): [bytes: number, path: string] {
  const [before = '', ...after] = path.split('?');
  const query = after.join('?').split('&');
  const found = query.find((part) => /^ed=\d{1,6}$/.test(part));
  const rest = query.filter((part) => !part.startsWith('ed=')).join('&');
  return [Number(found?.slice(3) ?? 0), rest === '' ? before : `${before}?${rest}`];
}

/** A path as {@link transportOf} reads it, with its early data. */
export function pathWithEarlyData(path: string, earlyData: number): string {
  if (earlyData === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}ed=${earlyData}`;
}

/** The parameters that {@link transportOfQuery} reads. */
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
