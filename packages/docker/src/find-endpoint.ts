import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@repo/core/errors/input-error';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { unreadableFile } from '@repo/core/errors/unreadable-file';
import {
  contextEndpoint,
  DEFAULT_ENDPOINT,
  dockerHost,
  type Endpoint,
  type TlsFiles,
} from './endpoint.ts';
import { textAt } from './json.ts';

/** The inputs that select the daemon; an empty string means that the input is not set. */
export interface EndpointSettings {
  readonly host: Endpoint | undefined;
  /** The name of a `docker context`. */
  readonly context: string;
  /** Paths of PEM files. */
  readonly tlsCa: string;
  readonly tlsCert: string;
  readonly tlsKey: string;
}

/**
 * Selects the daemon by the rules of the docker CLI: the inputs, then DOCKER_HOST (with
 * DOCKER_TLS_VERIFY and DOCKER_CERT_PATH), DOCKER_CONTEXT, the current context in the CLI
 * configuration, the default socket. Throws an InputError.
 *
 * @param variable reads an environment variable; returns an empty string if it is not set
 */
export async function findEndpoint(
  { host, context, tlsCa, tlsCert, tlsKey }: EndpointSettings,
  variable: (name: string) => string,
): Promise<Endpoint> {
  if (host) return withTls(host, { ca: tlsCa, cert: tlsCert, key: tlsKey });
  if (context !== '') return resolveContext(context);
  const dockerHostValue = variable('DOCKER_HOST');
  if (dockerHostValue !== '') {
    const endpoint = parseHost(dockerHostValue);
    const given = { ca: tlsCa, cert: tlsCert, key: tlsKey };
    if (Object.values(given).some((path) => path !== '')) return withTls(endpoint, given);
    if (variable('DOCKER_TLS_VERIFY') === '') return endpoint;
    const folder = variable('DOCKER_CERT_PATH') || configFolder(variable);
    return withTls(endpoint, {
      ca: join(folder, 'ca.pem'),
      cert: join(folder, 'cert.pem'),
      key: join(folder, 'key.pem'),
    });
  }
  return resolveContext(variable('DOCKER_CONTEXT') || (await readCurrentContext(variable)));
}

function resolveContext(name: string): Endpoint {
  return name === '' || name === 'default' ? DEFAULT_ENDPOINT : contextEndpoint(name);
}

function parseHost(given: string): Endpoint {
  try {
    return dockerHost().parse(given);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const { message: problem, remedy } = error;
    throw new InputError([{ where: 'DOCKER_HOST', given, problem, remedy }]);
  }
}

type TlsPaths = Readonly<Record<keyof TlsFiles, string>>;

async function withTls(endpoint: Endpoint, paths: TlsPaths): Promise<Endpoint> {
  const given = Object.entries(paths).filter(([, path]) => path !== '');
  if (given.length === 0 || endpoint.kind !== 'tcp') return endpoint;
  const tls = await Promise.all(
    given.map(async ([name, path]) => [name, await readPem(`tls-${name}`, path)] as const),
  );
  return { ...endpoint, tls: Object.fromEntries(tls) };
}

async function readPem(where: string, given: string): Promise<string> {
  try {
    return await readFile(given, 'utf8');
  } catch (error) {
    const remedy = 'Set the path of a PEM file that the runner can read.';
    throw new InputError([unreadableFile(where, given, error, remedy)]);
  }
}

function configFolder(variable: (name: string) => string): string {
  return variable('DOCKER_CONFIG') || join(homedir(), '.docker');
}

async function readCurrentContext(variable: (name: string) => string): Promise<string> {
  try {
    const text = await readFile(join(configFolder(variable), 'config.json'), 'utf8');
    return textAt(JSON.parse(text), 'currentContext');
  } catch {
    // A missing or invalid configuration means the default context, as in the CLI.
    return '';
  }
}
