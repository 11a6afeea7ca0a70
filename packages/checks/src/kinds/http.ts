import { isIP } from 'node:net';
import { field } from '@repo/core/config/field';
import { boolean } from '@repo/core/inputs/boolean';
import { formatDuration } from '@repo/core/inputs/duration';
import { httpUrl } from '@repo/core/inputs/http-url';
import { integer } from '@repo/core/inputs/integer';
import { oneOf } from '@repo/core/inputs/one-of';
import { DEFAULT_MAX_BODY_BYTES } from '@repo/probe/http';
import { type FollowingAttempt, requestFollowing } from '@repo/probe/redirects';
import type { ResolvedHost } from '@repo/probe/resolve';
import * as v from 'valibot';
import { expectStatus } from '../expectations/status.ts';
import { toCertificateEvidence } from './certificate.ts';
import { dial, resolveTarget } from './dial.ts';
import { getRequestSecrets, redactUrl, requestHeaders } from './http-request.ts';
import { getResponseEvidence, getResponseFacts, HTTP_VARIABLES } from './http-response.ts';
import { METHODS } from './http-syntax.ts';
import type { AttemptContext, Kind, RequestOptions, Target } from './kind.ts';
import { failedObservation, type Observation } from './observation.ts';

export interface HttpOptions extends RequestOptions {
  readonly url: URL;
}

/** Sends an HTTP request. By default, a status from 200 to 299 is healthy. */
export const http: Kind = {
  schema: v.pipe(
    v.strictObject(
      {
        url: field(httpUrl()),
        method: v.optional(field(oneOf(METHODS)), 'GET'),
        headers: v.optional(requestHeaders, {}),
        body: v.optional(v.string()),
        'follow-redirects': v.optional(field(boolean()), true),
        'max-redirects': v.optional(field(integer({ min: 0, max: 50 })), 10),
      },
      'An http check has the keys url, method, headers, body, follow-redirects and max-redirects.',
    ),
    v.transform((options) =>
      createHttpTarget({
        url: options.url,
        method: options.method,
        headers: options.headers,
        body: options.body,
        followRedirects: options['follow-redirects'],
        maxRedirects: options['max-redirects'],
      }),
    ),
  ),
  fromUrl: (url, request) => createHttpTarget({ url, ...request }),
  isPage: true,
  variables: HTTP_VARIABLES,
};

export function createHttpTarget(options: HttpOptions): Target {
  const { url, method, headers } = options;
  return {
    description: method === 'GET' ? redactUrl(url) : `${method} ${redactUrl(url)}`,
    secrets: getRequestSecrets(url, headers),
    defaultExpectations: [expectStatus().parse('200-299')],
    attempt: async (context) => {
      const proxy = context.network.findProxy?.(url);
      const { host, port } = getEndpoint(proxy ?? url);
      const refusal = proxy && checkAddressPolicy(url, context);
      if (refusal !== undefined) return [{ state: 'unknown', reason: refusal, final: true }];
      const observations = await dial(host, port, context, (address, resolved, rest) =>
        sendRequest(options, proxy, address, resolved, rest),
      );
      // With a proxy, an observation without an address means that the proxy could not be resolved.
      return proxy
        ? observations.map((one) => (one.address === undefined ? failedToUnknown(one) : one))
        : observations;
    },
  };
}

/** An unreachable proxy says nothing about the target behind it. */
function failedToUnknown(observation: Observation): Observation {
  return observation.state === 'failed'
    ? { ...observation, state: 'unknown', final: false }
    : observation;
}

/** The proxy resolves names, but it must not connect to an IP address that the policy refuses. */
function checkAddressPolicy(url: URL, { network }: AttemptContext): string | undefined {
  const { host } = getEndpoint(url);
  return isIP(host) === 0 ? undefined : network.addresses(host);
}

function getEndpoint({ hostname, port, protocol }: URL): { host: string; port: number } {
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

/** `GET https://a.example/ → 301, https://a.example/home → 302, then 200 from 192.0.2.1 in 12ms` */
function describeExchange({ method, url }: HttpOptions, attempt: FollowingAttempt): string {
  const hops = attempt.redirects.map((hop, index) => {
    const { origin, pathname } = new URL(hop.url);
    // The query of a redirect comes from the server and can contain a token.
    return `${index === 0 ? redactUrl(url) : origin + pathname} → ${hop.status}, `;
  });
  const through = attempt.via && `through the proxy ${attempt.via.proxy}`;
  const time = `in ${formatDuration(attempt.phases.total)}`;
  const start = hops.length > 0 ? `${hops.join('')}then` : `${redactUrl(url)} →`;
  if (attempt.ok) {
    const { status, address } = attempt.response;
    return `${method} ${start} ${status} ${through ?? `from ${address}`} ${time}`;
  }
  const { message } = attempt.failure;
  return `${method} ${start} no response: ${message}, ${time}${through ? `, ${through}` : ''}`;
}

async function sendRequest(
  options: HttpOptions,
  proxy: URL | undefined,
  address: string,
  resolved: ResolvedHost,
  context: AttemptContext,
): Promise<Observation> {
  const { url, method, headers, body, followRedirects, maxRedirects } = options;
  const { network, timeoutMs, signal } = context;
  const result = await requestFollowing({
    url,
    method,
    headers,
    ...(body !== undefined && { body }),
    resolved,
    address,
    timeoutMs,
    signal,
    insecure: network.insecure,
    tls: network.tls,
    ...(proxy && { proxy }),
    ...(network.findProxy && { findProxy: network.findProxy }),
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    followRedirects,
    maxRedirects,
    resolve: (hop) => {
      const { host, port } = getEndpoint(hop);
      return resolveTarget(host, port, context);
    },
  });
  const { phases, via } = result;
  context.debug?.(() => describeExchange(options, result));
  if (!result.ok) {
    const observation = failedObservation(result.failure, { address, phases });
    if (result.failure.atProxy) return failedToUnknown(observation);
    const { certificate } = result;
    return {
      ...observation,
      // A failed connection to the proxy or through it already names the proxy.
      ...(via && result.failure.phase !== 'connect' && { proxy: via.proxy }),
      ...(certificate && { evidence: () => [toCertificateEvidence(certificate)] }),
    };
  }
  const { response, redirects } = result;
  return {
    state: 'answered',
    address,
    phases,
    ...(via && !via.isTunnel && { proxy: via.proxy }),
    facts: getResponseFacts(response, phases, redirects.length, context.reads),
    evidence: () => getResponseEvidence(response),
  };
}
