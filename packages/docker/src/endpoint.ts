import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** The address of a daemon. */
export type Endpoint =
  /** A unix socket or a Windows named pipe. */
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsFiles }
  /** A command whose standard input and output are connected to the daemon. */
  | { readonly kind: 'command'; readonly argv: readonly [string, ...string[]] };

/** PEM texts: the CA to trust instead of the default ones, the client certificate and its key. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export const DEFAULT_ENDPOINT: Endpoint = {
  kind: 'socket',
  path: process.platform === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock',
};

const REMEDY =
  'Use unix:///path/docker.sock, tcp://host:port, npipe:////./pipe/name or ssh://user@host.';

/**
 * Parses a daemon address in the format of DOCKER_HOST: `unix://`, `npipe://`, `tcp://`, `ssh://`.
 * `https://` means `tcp://` with TLS. SSH connections use the docker CLI and its SSH configuration.
 */
export function dockerHost(): SyncParser<Endpoint> {
  return {
    parse: (given) => {
      const [, scheme, rest] = /^([a-z]+):\/\/(.+)$/i.exec(given) ?? [];
      if (scheme === undefined || rest === undefined) {
        throw new InvalidValue('is not a valid daemon address', REMEDY);
      }
      switch (scheme.toLowerCase()) {
        case 'unix':
        case 'npipe':
          return { kind: 'socket', path: rest };
        case 'ssh':
          return { kind: 'command', argv: ['docker', '--host', given, 'system', 'dial-stdio'] };
        case 'tcp':
        case 'http':
          return tcp(rest, 2375);
        case 'https':
          return { ...tcp(rest, 2376), tls: {} };
        default:
          throw new InvalidValue(`has the unknown scheme ${scheme}`, REMEDY);
      }
    },
  };
}

/** Returns the endpoint of a `docker context`. */
export function contextEndpoint(name: string): Endpoint {
  return { kind: 'command', argv: ['docker', '--context', name, 'system', 'dial-stdio'] };
}

/** Formats an endpoint for messages. */
export function describeEndpoint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'socket':
      return endpoint.path;
    case 'tcp':
      return `${endpoint.host}:${endpoint.port}`;
    case 'command':
      return endpoint.argv.join(' ');
  }
}

function tcp(authority: string, defaultPort: number): Extract<Endpoint, { kind: 'tcp' }> {
  const address = `http://${authority}`;
  if (!URL.canParse(address)) throw new InvalidValue('is not a valid host and port', REMEDY);
  const { hostname, port, pathname, username } = new URL(address);
  if (pathname !== '/' || username !== '' || hostname === '') {
    throw new InvalidValue('contains more than host and port', REMEDY);
  }
  // The URL parser drops port 80, the default port of http.
  const explicitPort = /:(\d+)\/?$/.exec(authority)?.[1];
  return {
    kind: 'tcp',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || explicitPort || defaultPort),
  };
}
