import { isIP } from 'node:net';
import { field } from '@repo/core/config/field';
import { boolean } from '@repo/core/inputs/boolean';
import { httpUrl } from '@repo/core/inputs/http-url';
import { integer } from '@repo/core/inputs/integer';
import { oneOf } from '@repo/core/inputs/one-of';
import type { ProbeFailure } from '@repo/probe/failure';
import { DEFAULT_MAX_BODY_BYTES } from '@repo/probe/http';
import { requestFollowing } from '@repo/probe/redirects';
import type { ResolvedHost } from '@repo/probe/resolve';
import * as v from 'valibot';
import { expectStatus } from '../expectations/status.ts';
import { METHODS } from '../methods.ts';
import { certificateEvidence } from './certificate.ts';
import { dial, failed, resolve } from './dial.ts';
import type { AttemptContext, Kind, Network, Observation, Target } from './kind.ts';
import { PAGE_VARIABLES, pageEvidence, pageFacts } from './page.ts';
import { publicUrl, requestHeaders, secretsOfRequest } from './request.ts';

export interface HttpOptions {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
}

/** A request is answered, by default with a status from 200 to 299. */
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
      'An http check knows url, method, headers, body, follow-redirects and max-redirects.',
    ),
    v.transform(({ 'follow-redirects': followRedirects, 'max-redirects': maxRedirects, ...rest }) =>
      target({ ...rest, body: rest.body, followRedirects, maxRedirects }),
    ),
  ),
  fromUrl: (url, request) => target({ url, ...request }),
  isPage: true,
  variables: PAGE_VARIABLES,
};

function target(options: HttpOptions): Target {
  const { url, method, headers } = options;
  return {
    description: method === 'GET' ? publicUrl(url) : `${method} ${publicUrl(url)}`,
    secrets: secretsOfRequest(url, headers),
    implied: [expectStatus().parse('200-299')],
    attempt: async (context) => {
      const { proxy } = context.network;
      const { host, port } = endpointOf(proxy ?? url);
      const refusal = proxy && refusedLiteral(url, context);
      if (refusal !== undefined) return [{ state: 'unknown', reason: refusal, final: true }];
      const seen = await dial(host, port, context, (address, resolved, rest) =>
        request(options, address, resolved, rest),
      );
      // Without an address, it is the proxy that has none.
      return proxy ? seen.map((one) => (one.address === undefined ? notLooked(one) : one)) : seen;
    },
  };
}

/** That there is no way to the proxy says nothing about what is behind it. */
function notLooked(seen: Observation): Observation {
  return seen.state === 'failed' ? { ...seen, state: 'unknown', final: false } : seen;
}

/** Has a code when the connection to the proxy failed; none when the proxy itself says no. */
function isOnTheWayToProxy({ phase, code }: ProbeFailure, { proxy }: Network): boolean {
  return proxy !== undefined && phase === 'connect' && code !== undefined;
}

/** A proxy resolves names by itself; an address that we refuse it shall not reach for us either. */
function refusedLiteral(url: URL, { network }: AttemptContext): string | undefined {
  const { host } = endpointOf(url);
  return isIP(host) === 0 ? undefined : network.addresses(host);
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
    ...(network.proxy && { proxy: network.proxy }),
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
    if (isOnTheWayToProxy(attempt.failure, network)) return notLooked(observation);
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
    facts: pageFacts(response, phases, redirects.length, context.reads),
    evidence: () => pageEvidence(response),
  };
}
