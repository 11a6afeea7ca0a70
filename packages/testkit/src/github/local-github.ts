import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { GitHubContext } from '../runner/job-context.ts';
import { loadContract } from './contract.ts';
import { createFaults, type Fault } from './faults.ts';
import { answerQuery, GRAPHQL } from './graphql.ts';
import { createJobServices, jobVariables } from './job-services.ts';
import {
  type ApiCall,
  type ApiResponse,
  linkToNext,
  NOT_FOUND,
  REPOSITORY_ID,
  type Route,
} from './route.ts';
import { SIGNED_DOWNLOADS } from './routes/artifacts.ts';
import { ROUTES } from './routes/routes.ts';
import { createState, type State, type StateOptions } from './state.ts';

export interface LocalGitHubOptions
  extends Pick<StateOptions, 'repository' | 'defaultBranch' | 'user' | 'bare'> {
  /** The permissions of the token: `{ issues: 'write' }`; all permissions by default. */
  readonly permissions?: Readonly<Record<string, 'read' | 'write'>>;
  /** Serves the API below `/api/v3`, like an Enterprise Server. */
  readonly enterprise?: boolean;
  /** The delay of each response. */
  readonly latencyMs?: number;
}

/** A call and the status of its response. */
export interface RecordedCall {
  readonly operation: string;
  readonly params: ApiCall['params'];
  readonly query: ApiCall['query'];
  readonly body: unknown;
  readonly status: number;
}

/**
 * GitHub's API for one repository on 127.0.0.1. Validates requests and responses against GitHub's
 * API description; disposing throws after a violation.
 */
export interface LocalGitHub extends AsyncDisposable {
  readonly apiUrl: string;
  /** The `github` context of a run with this server. */
  readonly context: Partial<GitHubContext>;
  /** Returns the variables with the addresses of the artifact and OIDC services for a job. */
  readonly jobVariables: (run: number) => Readonly<Record<string, string>>;
  readonly state: State;
  readonly calls: readonly RecordedCall[];
  /** Requests and responses that violate GitHub's API description. */
  readonly violations: readonly string[];
  readonly addFault: (fault: Fault) => void;
  /** Advances the clock of the server. */
  readonly advance: (ms: number) => void;
}

const TOKEN = 'ghs_local0000000000000000000000000000000';

export async function startLocalGitHub(options: LocalGitHubOptions = {}): Promise<LocalGitHub> {
  const contract = loadContract();
  const faults = createFaults();
  const calls: RecordedCall[] = [];
  const violations: string[] = [];
  let clockOffsetMs = 0;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      violations.push(String(error));
      send(response, { status: 500, body: { message: String(error) } }, now());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const prefix = options.enterprise ? '/api/v3' : '';
  const graphqlPath = `${options.enterprise ? '/api' : ''}/graphql`;
  const now = () => Date.now() + clockOffsetMs;
  const state = createState({ ...options, serverUrl, now });
  const services = createJobServices(state);
  const routes = ROUTES.map((route) => ({ route, pattern: toPattern(route) }));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', serverUrl);
    const bytes = Buffer.concat(await request.toArray());
    const text = bytes.toString();
    if (options.latencyMs !== undefined) await setTimeout(options.latencyMs);
    const { authorization = '' } = request.headers;
    const served = services({ path: url.pathname, authorization, body: bytes });
    if (served !== undefined) return send(response, served, now());
    if (url.pathname.startsWith(SIGNED_DOWNLOADS)) return download(request, url, response);
    if (url.pathname === graphqlPath) return answerGraphql(request, text, response);
    const path = (url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : '').replace(
      `/repositories/${REPOSITORY_ID}/`,
      `/repos/${state.owner}/${state.repo}/`,
    );
    const found = routes
      .filter(({ route }) => route.operation.startsWith(`${request.method} `))
      .map(({ route, pattern }) => ({ route, groups: pattern.exec(path)?.groups }))
      .find(({ groups }) => groups !== undefined);
    if (found?.groups === undefined) {
      violations.push(`unsupported operation ${request.method} ${path}`);
      return send(response, NOT_FOUND, now());
    }
    const { operation } = found.route;
    const params = Object.fromEntries(
      Object.entries(found.groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
    const query = Object.fromEntries(url.searchParams);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const addViolations = (problems: readonly string[]) =>
      violations.push(...problems.map((problem) => `${operation}: ${problem}`));
    addViolations(contract.requestErrors(operation, { params, query, body }));

    const fault = faults.next(operation);
    const call = { params, query, body: Object(body) };
    const handled =
      fault === undefined || fault.when === 'after'
        ? (authorize(request, found.route, params) ??
          found.route.handle(call, { state, complete: contract.complete }))
        : NOT_FOUND;
    const links = linkToNext(url, { params, query }, handled);
    if (fault === undefined)
      addViolations(contract.responseErrors(operation, { body: undefined, ...handled }));
    const given = fault?.answer ?? { ...handled, headers: { ...handled.headers, ...links } };
    calls.push({ operation, params, query, body, status: getStatus(given) });
    finish(request, response, given, now());
  }

  async function answerGraphql(request: IncomingMessage, text: string, response: ServerResponse) {
    const body = Object(JSON.parse(text));
    const fault = faults.next(GRAPHQL);
    let given: Fault['answer'] = fault?.answer ?? NOT_FOUND;
    if (!hasToken(request)) given = UNAUTHORIZED;
    else if (fault === undefined || fault.when === 'after') {
      const { answer, violations: found } = await answerQuery(
        body,
        state,
        isPermitted('deployments: read'),
      );
      violations.push(...found.map((problem) => `${GRAPHQL}: ${problem}`));
      given = fault?.answer ?? answer;
    }
    calls.push({ operation: GRAPHQL, params: {}, query: {}, body, status: getStatus(given) });
    finish(request, response, given, now());
  }

  function download(request: IncomingMessage, url: URL, response: ServerResponse): void {
    const id = Number(url.pathname.slice(SIGNED_DOWNLOADS.length));
    const artifact = state.artifacts.find((one) => one.id === id);
    // The signed URL authorizes the download; a token is an error.
    const isAuthorized = request.headers.authorization === undefined && url.searchParams.has('sig');
    response.writeHead(isAuthorized && artifact ? 200 : 400, { 'content-type': 'application/zip' });
    response.end(isAuthorized ? artifact?.content : undefined);
  }

  /** @param needs the required permission, such as `issues: write` */
  function isPermitted(needs: string): boolean {
    const [name = '', access] = needs.split(': ');
    const allowed = options.permissions?.[name];
    return (
      options.permissions === undefined ||
      name === 'metadata' ||
      allowed === 'write' ||
      (allowed === 'read' && access === 'read')
    );
  }

  /** Returns GitHub's response to an unauthorized request, before the operation. */
  function authorize(
    request: IncomingMessage,
    { needs }: Route,
    { owner, repo }: ApiCall['params'],
  ): ApiResponse | undefined {
    if (!hasToken(request)) return UNAUTHORIZED;
    if (owner !== state.owner || repo !== state.repo) return NOT_FOUND;
    if (isPermitted(needs)) return undefined;
    const [name = '', access] = needs.split(': ');
    return {
      status: 403,
      headers: { 'x-accepted-github-permissions': `${name.replaceAll('-', '_')}=${access}` },
      body: {
        message: 'Resource not accessible by integration',
        documentation_url: 'https://docs.github.com/rest',
        status: '403',
      },
    };
  }

  return {
    apiUrl: serverUrl + prefix,
    context: {
      token: TOKEN,
      api_url: serverUrl + prefix,
      graphql_url: `${serverUrl}${graphqlPath}`,
      server_url: serverUrl,
      repository: `${state.owner}/${state.repo}`,
    },
    jobVariables: (run) => jobVariables(state, run),
    state,
    calls,
    violations,
    addFault: faults.add,
    advance: (ms) => {
      clockOffsetMs += ms;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (violations.length > 0) {
        throw new Error(`violates GitHub's description of its API:\n${violations.join('\n')}`);
      }
    },
  };
}

const UNAUTHORIZED: ApiResponse = { status: 401, body: { message: 'Requires authentication' } };

function hasToken({ headers }: IncomingMessage): boolean {
  return /^(token|bearer) \S+$/i.test(headers.authorization ?? '');
}

function getStatus(given: Fault['answer']): number {
  return typeof given === 'string' ? 0 : given.status;
}

function finish(
  request: IncomingMessage,
  response: ServerResponse,
  given: Fault['answer'],
  now: number,
): void {
  if (given === 'reset') request.socket.destroy();
  else if (given !== 'hang') send(response, given, now);
}

function send(response: ServerResponse, { status, body, headers }: ApiResponse, now: number): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    date: new Date(now).toUTCString(),
    ...(text !== '' && { 'content-type': 'application/json; charset=utf-8' }),
    ...headers,
  });
  response.end(text);
}

function toPattern({ operation }: Route): RegExp {
  const [, path = ''] = operation.split(' ');
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}
