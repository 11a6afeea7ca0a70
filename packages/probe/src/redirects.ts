import { isIP } from 'node:net';
import { plain } from '@repo/core/text/untrusted';
import { explainEnd, explainError } from './explain.ts';
import type { FailureKind, PhaseTimings, ProbeFailure } from './failure.ts';
import { type HttpAttempt, type HttpRequest, requestWithin } from './http.ts';
import { type Limit, within } from './limit.ts';
import { keyOf, locationOf, requestFor, targetOf, withoutCredentials } from './redirect-rules.ts';
import type { Resolution } from './resolve.ts';

/** An answer that led on. */
export interface RedirectHop {
  /** The URL that answered, without credentials. */
  readonly url: string;
  readonly status: number;
  readonly address: string;
  readonly phases: PhaseTimings;
}

export interface FollowingRequest extends HttpRequest {
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
  /** Resolves the host of a hop, under the caller's address policy. */
  readonly resolve: (url: URL) => Promise<Resolution>;
}

/** The last attempt; its `phases` are the last hop's, but `total` is of all hops. */
export type FollowingAttempt = HttpAttempt & { readonly redirects: readonly RedirectHop[] };

/**
 * A request and, within the same `timeoutMs`, those that its redirects lead to. Every hop is
 * resolved and held to the policy anew; on the same host it stays on the address under test while
 * the name still has it. Methods change as in browsers (Fetch, HTTP-redirect fetch). To another
 * origin go no credentials, no client certificate, no `Host` and no Unix socket of the first.
 * With a proxy only IP addresses are held to the policy, names are the proxy's to resolve.
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
      return { ...last, phases: { ...last.phases, total }, redirects };
    };
    while (request.followRedirects && attempt.ok) {
      const { response, phases } = attempt;
      const location = locationOf(response);
      if (location === undefined) break;
      const stopped = (failure: ProbeFailure) =>
        result({ ok: false, failure, phases, address: response.address });
      seen.add(keyOf(hop));
      redirects.push({
        url: withoutCredentials(hop.url).href,
        status: response.status,
        address: response.address,
        phases,
      });
      const url = targetOf(location, hop.url);
      if (!url) return stopped(invalid(location));
      const next = requestFor(hop, url, response.status);
      const loops = seen.has(keyOf(next));
      if (loops || redirects.length > request.maxRedirects) {
        return stopped(tooMany(redirects, next.url, loops));
      }
      const resolution = await resolveHop(request, next, limit);
      if (!resolution.ok) return stopped(resolution.failure);
      ({ hop, attempt } = await dial({ ...next, resolved: resolution.value }, limit));
    }
    return result(attempt);
  });
}

function resolveHop(
  { resolve }: FollowingRequest,
  { url, proxy, socketPath, resolved }: HttpRequest,
  limit: Limit,
): Promise<Resolution> {
  const literal = isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) !== 0;
  if (socketPath !== undefined || (proxy && !literal)) {
    return Promise.resolve({ ok: true, value: resolved });
  }
  const place = { phase: 'dns', peer: plain(url.hostname, 100) } as const;
  return limit.wait<Resolution>(
    (settle) => {
      resolve(url).then(settle, (error) =>
        settle({ ok: false, failure: explainError(error, place) }),
      );
    },
    (end) => ({ ok: false, failure: explainEnd(end, place, limit.timeoutMs) }),
  );
}

/**
 * The hop to the address under test while the name still has it; otherwise to the first one that
 * takes a connection. A name with an IPv6 address must not fail where there is only IPv4.
 */
async function dial(
  hop: HttpRequest,
  limit: Limit,
): Promise<{ hop: HttpRequest; attempt: HttpAttempt }> {
  const found = hop.resolved.addresses.map(({ address }) => address);
  const stays = hop.proxy || hop.socketPath !== undefined || found.includes(hop.address);
  const [first = hop.address, ...others] = stays ? [hop.address] : found;
  let dialled = { ...hop, address: first };
  let attempt = await requestWithin(dialled, limit);
  for (const address of others) {
    if (attempt.ok || !ELSEWHERE.has(attempt.failure.kind)) break;
    dialled = { ...hop, address };
    attempt = await requestWithin(dialled, limit);
  }
  return { hop: dialled, attempt };
}

const ELSEWHERE: ReadonlySet<FailureKind> = new Set(['refused', 'unreachable']);

function invalid(location: string): ProbeFailure {
  // What does not parse may hide credentials anywhere before an @.
  const shown = plain(location.replace(/\/\/[^/]*@/, '//'), 150);
  const message = `redirected to ${shown}, which is not an http or https URL`;
  return { phase: 'request', kind: 'redirect-invalid', message };
}

function tooMany(redirects: readonly RedirectHop[], next: URL, loops: boolean): ProbeFailure {
  const hops = [...redirects.map(({ url }) => url), withoutCredentials(next).href];
  const path = hops.slice(-6).map((url) => plain(url, 100));
  if (hops.length > path.length) path.unshift('…');
  const what = loops ? 'the redirects go round' : `more than ${redirects.length - 1} redirects`;
  return {
    phase: 'request',
    kind: 'too-many-redirects',
    message: `${what}: ${path.join(' → ')}`,
  };
}
