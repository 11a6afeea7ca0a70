import { isIP } from 'node:net';
import { plain } from '@repo/core/text/untrusted';
import { explainEnd, explainError } from './explain.ts';
import type { FailureKind, PhaseTimings, ProbeFailure } from './failure.ts';
import { type HttpAttempt, type HttpRequest, requestWithin } from './http.ts';
import { type Limit, within } from './limit.ts';
import {
  createNextRequest,
  getHopKey,
  getLocation,
  removeCredentials,
  resolveLocation,
} from './redirect-rules.ts';
import type { Resolution } from './resolve.ts';

/** A response that was a redirect. */
export interface RedirectHop {
  /** The URL of the request, without credentials. */
  readonly url: string;
  readonly status: number;
  readonly address: string;
  readonly phases: PhaseTimings;
}

export interface FollowingRequest extends HttpRequest {
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
  /** The proxy for a hop; by default that of the first request. */
  readonly findProxy?: (url: URL) => URL | undefined;
  /** Resolves the host of a hop with the address policy of the caller. */
  readonly resolve: (url: URL) => Promise<Resolution>;
}

/** A proxy on the way to a target. */
export interface Via {
  /** `host:port` */
  readonly proxy: string;
  /** The response comes from the target; without a tunnel, it can come from the proxy. */
  readonly isTunnel: boolean;
}

/** The last attempt with its `phases`. `total` includes all hops. */
export type FollowingAttempt = HttpAttempt & {
  readonly redirects: readonly RedirectHop[];
  /** The proxy of the last request. */
  readonly via?: Via;
};

/**
 * Sends a request and follows its redirects within the same `timeoutMs`. Each hop is resolved and
 * checked by the address policy again. Hops to the same host use the same address if the name still
 * has it. Methods change as in browsers (Fetch, HTTP-redirect fetch). Credentials, the client
 * certificate, `Host` and the Unix socket are not used for another origin. With a proxy, the policy
 * applies only to IP addresses, because the proxy resolves names.
 */
export function requestFollowing(request: FollowingRequest): Promise<FollowingAttempt> {
  return within(request, async (limit) => {
    const started = performance.now();
    const redirects: RedirectHop[] = [];
    const seen = new Set<string>();
    let hop: HttpRequest = request;
    let attempt = await requestWithin(hop, limit);
    const result = (last: HttpAttempt): FollowingAttempt => {
      const total = performance.now() - started + (request.socketPath ? 0 : request.resolved.ms);
      const { url, proxy } = hop;
      const via = proxy && { proxy: proxy.host, isTunnel: url.protocol === 'https:' };
      return { ...last, phases: { ...last.phases, total }, redirects, ...(via && { via }) };
    };
    while (request.followRedirects && attempt.ok) {
      const { response, phases } = attempt;
      const location = getLocation(response);
      if (location === undefined) break;
      const stopped = (failure: ProbeFailure) =>
        result({ ok: false, failure, phases, address: response.address });
      seen.add(getHopKey(hop));
      redirects.push({
        url: removeCredentials(hop.url).href,
        status: response.status,
        address: response.address,
        phases,
      });
      const url = resolveLocation(location, hop.url);
      if (!url) return stopped(invalidRedirect(location));
      const next = selectProxy(createNextRequest(hop, url, response.status), request);
      const loops = seen.has(getHopKey(next));
      if (loops || redirects.length > request.maxRedirects) {
        return stopped(tooManyRedirects(redirects, next.url, loops));
      }
      const resolution = await resolveHop(request, hop, next, limit);
      if (!resolution.ok) return stopped(resolution.failure);
      const keepsProxy = next.proxy !== undefined && next.proxy.href === hop.proxy?.href;
      ({ hop, attempt } = await dial({ ...next, resolved: resolution.value }, keepsProxy, limit));
    }
    return result(attempt);
  });
}

function selectProxy(
  { proxy: current, ...next }: HttpRequest,
  { findProxy }: FollowingRequest,
): HttpRequest {
  const proxy = findProxy ? findProxy(next.url) : current;
  return proxy ? { ...next, proxy } : next;
}

/** Resolves the host that the hop connects to: its proxy, or the host of its URL. */
async function resolveHop(
  { resolve }: FollowingRequest,
  from: HttpRequest,
  { url, proxy, socketPath }: HttpRequest,
  limit: Limit,
): Promise<Resolution> {
  const lookUp = (target: URL) => resolveWithin(resolve, target, limit);
  if (socketPath !== undefined) return { ok: true, value: from.resolved };
  if (proxy === undefined) return lookUp(url);
  if (isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) !== 0) {
    // Applies the address policy.
    const allowed = await lookUp(url);
    if (!allowed.ok) return allowed;
  }
  return proxy.href === from.proxy?.href ? { ok: true, value: from.resolved } : lookUp(proxy);
}

function resolveWithin(
  resolve: FollowingRequest['resolve'],
  url: URL,
  limit: Limit,
): Promise<Resolution> {
  const step = { phase: 'dns', peer: plain(url.hostname, 100) } as const;
  return limit.wait<Resolution>(
    (settle) => {
      resolve(url).then(settle, (error) =>
        settle({ ok: false, failure: explainError(error, step) }),
      );
    },
    (end) => ({ ok: false, failure: explainEnd(end, step, limit.timeoutMs) }),
  );
}

/**
 * Sends a hop to the current address if the name still has it, otherwise to the first address that
 * accepts a connection: a name with an IPv6 address must not fail on a machine with only IPv4.
 */
async function dial(
  hop: HttpRequest,
  keepsProxy: boolean,
  limit: Limit,
): Promise<{ hop: HttpRequest; attempt: HttpAttempt }> {
  const found = hop.resolved.addresses.map(({ address }) => address);
  const stays = keepsProxy || hop.socketPath !== undefined || found.includes(hop.address);
  const [first = hop.address, ...others] = stays ? [hop.address] : found;
  let dialled = { ...hop, address: first };
  let attempt = await requestWithin(dialled, limit);
  for (const address of others) {
    if (attempt.ok || !UNREACHABLE_KINDS.has(attempt.failure.kind)) break;
    dialled = { ...hop, address };
    attempt = await requestWithin(dialled, limit);
  }
  return { hop: dialled, attempt };
}

const UNREACHABLE_KINDS: ReadonlySet<FailureKind> = new Set(['refused', 'unreachable']);

function invalidRedirect(location: string): ProbeFailure {
  // An unparsable URL can contain credentials before an @.
  const shown = plain(location.replace(/\/\/[^/]*@/, '//'), 150);
  const message = `redirected to ${shown}, which is not an http or https URL`;
  return { phase: 'request', kind: 'redirect-invalid', message };
}

function tooManyRedirects(
  redirects: readonly RedirectHop[],
  next: URL,
  loops: boolean,
): ProbeFailure {
  const hops = [...redirects.map(({ url }) => url), removeCredentials(next).href];
  const path = hops.slice(-6).map((url) => plain(url, 100));
  if (hops.length > path.length) path.unshift('…');
  const what = loops ? 'redirect loop' : `more than ${redirects.length - 1} redirects`;
  return {
    phase: 'request',
    kind: 'too-many-redirects',
    message: `${what}: ${path.join(' → ')}`,
  };
}
