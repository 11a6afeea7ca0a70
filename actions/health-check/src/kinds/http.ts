import { field } from '@repo/core/config/field';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { boolean } from '@repo/core/inputs/boolean';
import { httpUrl, secretsOfUrl } from '@repo/core/inputs/http-url';
import { integer } from '@repo/core/inputs/integer';
import { oneOf } from '@repo/core/inputs/one-of';
import { plainLines } from '@repo/core/untrusted';
import { DEFAULT_MAX_BODY_BYTES, type HttpResponse } from '@repo/probe/http';
import { basicCredentials } from '@repo/probe/proxy';
import { requestFollowing } from '@repo/probe/redirects';
import type { ResolvedHost } from '@repo/probe/resolve';
import * as v from 'valibot';
import { DurationFact } from '../expectations/duration-fact.ts';
import { expectStatus } from '../expectations/status.ts';
import { headerName, headerValue, isSensitive, secretsOfHeader } from '../header-line.ts';
import { parseJson } from '../json.ts';
import { METHODS } from '../methods.ts';
import { certificateEvidence, tlsFacts } from './certificate.ts';
import { dial, failed, resolve } from './dial.ts';
import type { AttemptContext, Evidence, Facts, Kind, Observation, Target } from './kind.ts';

export interface HttpOptions {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
}

const headers = v.pipe(
  v.record(v.string(), field(headerValue())),
  v.rawCheck(({ dataset, addIssue }) => {
    for (const name of Object.keys(dataset.typed ? dataset.value : {})) {
      try {
        headerName().parse(name);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        addIssue({ message: `${error.message}\n${error.remedy}` });
      }
    }
  }),
);

/** A request is answered, by default with a status from 200 to 299. */
export const http: Kind = {
  schema: v.pipe(
    v.strictObject(
      {
        url: field(httpUrl()),
        method: v.optional(field(oneOf(METHODS)), 'GET'),
        headers: v.optional(headers, {}),
        body: v.optional(v.string()),
        'follow-redirects': v.optional(field(boolean()), true),
        'max-redirects': v.optional(field(integer({ min: 0, max: 50 })), 10),
      },
      'A http check knows url, method, headers, body, follow-redirects and max-redirects.',
    ),
    v.transform(({ 'follow-redirects': followRedirects, 'max-redirects': maxRedirects, ...rest }) =>
      target({ ...rest, body: rest.body, followRedirects, maxRedirects }),
    ),
  ),
  fromUrl: (url, request) => target({ url, ...request }),
  isPage: true,
  variables: [
    'status',
    'headers',
    'body',
    'json',
    'size',
    'redirects',
    'httpVersion',
    'address',
    'phases',
    'tls',
  ],
};

function target(options: HttpOptions): Target {
  const { url, method, headers } = options;
  const { host, port } = endpointOf(url);
  const credentials = basicCredentials(url);
  return {
    description: method === 'GET' ? publicUrl(url) : `${method} ${publicUrl(url)}`,
    secrets: [
      ...secretsOfUrl(url.href),
      ...(credentials === undefined ? [] : secretsOfHeader(credentials)),
      ...[...url.searchParams].flatMap(([name, value]) => (isSensitive(name) ? [value] : [])),
      ...Object.entries(headers).flatMap(([name, value]) =>
        isSensitive(name) ? secretsOfHeader(value) : [],
      ),
    ],
    implied: [expectStatus().parse('200-299')],
    attempt: (context) =>
      dial(host, port, context, (address, resolved, rest) =>
        request(options, address, resolved, rest),
      ),
  };
}

/** The URL without what must not be seen. */
function publicUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  for (const name of shown.searchParams.keys()) {
    if (isSensitive(name)) shown.searchParams.set(name, '***');
  }
  return shown.href;
}

function endpointOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

async function request(
  { url, method, headers, body, followRedirects, maxRedirects }: HttpOptions,
  address: string,
  resolved: ResolvedHost,
  context: AttemptContext,
): Promise<Observation> {
  const { network, timeout, signal } = context;
  const attempt = await requestFollowing({
    url,
    method,
    headers,
    ...(body !== undefined && { body }),
    resolved,
    address,
    timeoutMs: timeout,
    signal,
    insecure: network.insecure,
    tls: network.tls,
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    followRedirects,
    maxRedirects,
    resolve: (hop) => {
      const { host, port } = endpointOf(hop);
      return resolve(host, port, context);
    },
  });
  const phases = attempt.phases;
  if (!attempt.ok) {
    const observation = failed(attempt.failure, { address, phases });
    const { certificate } = attempt;
    return certificate
      ? { ...observation, evidence: () => [certificateEvidence(certificate)] }
      : observation;
  }
  const { response, redirects } = attempt;
  return {
    state: 'answered',
    address,
    phases,
    facts: facts(response, phases, redirects.length, context.reads),
    evidence: () => evidence(response),
  };
}

function facts(
  response: HttpResponse,
  phases: { readonly total: number },
  redirects: number,
  reads: ReadonlySet<string>,
): Facts {
  const body = reads.has('body') || reads.has('json') ? response.body.toString('utf8') : undefined;
  return {
    status: response.status,
    headers: response.headers,
    body,
    json: reads.has('json') && body !== undefined ? parseJson(body) : undefined,
    size: response.size,
    redirects,
    httpVersion: response.httpVersion,
    address: response.address,
    phases: Object.fromEntries(
      Object.entries(phases).map(([name, ms]) => [name, new DurationFact(ms as number)]),
    ),
    tls: response.certificate && tlsFacts(response.certificate, Date.now()),
    latency: new DurationFact(phases.total),
  };
}

/** What explains an answer that was not the expected one. */
function evidence({
  body,
  headers,
  status,
  statusText,
  truncated,
}: HttpResponse): readonly Evidence[] {
  const type = headers['content-type'] ?? 'no content type';
  return [
    {
      title: `answer ${status} ${statusText} (${type}${truncated ? ', cut' : ''})`,
      // Enough for any excerpt that may be asked for; it is cut again when it is shown.
      lines: plainLines(body.subarray(0, 16_384).toString('utf8'), 40),
    },
  ];
}
