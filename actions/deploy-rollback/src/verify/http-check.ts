import { secretsOfUrl } from '@repo/core/inputs/http-url';
import { plain } from '@repo/core/text/untrusted';
import { allowAny } from '@repo/probe/address';
import { DEFAULT_MAX_BODY_BYTES, type HttpResponse } from '@repo/probe/http';
import { requestFollowing } from '@repo/probe/redirects';
import { resolveHost } from '@repo/probe/resolve';
import type { Answer, Limits, VerifyCheck } from './check.ts';

export interface HttpCheckOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** First and last status that is fine. */
  readonly status: readonly [number, number];
  /** What the body has to have in it; the empty text is in every body. */
  readonly body: string;
  /** Values of the body as JSON, by dotted paths. */
  readonly json: Readonly<Record<string, string>>;
}

const MOST_REDIRECTS = 10;
const SENSITIVE = /auth|token|key|cookie|secret|password/i;

/** A page answers as it should. */
export function httpCheck(options: HttpCheckOptions): VerifyCheck {
  const { url, headers } = options;
  const values = Object.entries(headers).filter(([name]) => SENSITIVE.test(name));
  return {
    title: `http ${publicUrl(url)}`,
    secrets: [...secretsOfUrl(url.href), ...values.map(([, value]) => value)],
    attempt: (limits) => attempt(options, limits),
  };
}

async function attempt(options: HttpCheckOptions, limits: Limits): Promise<Answer> {
  const { url, headers } = options;
  const resolve = (hop: URL) => resolveHost(hop.hostname, { policy: allowAny, ...limits });
  const resolution = await resolve(url);
  if (!resolution.ok) return { ok: false, found: resolution.failure.message };
  let answer: Answer = { ok: false, found: 'no address' };
  for (const { address } of resolution.value.addresses) {
    const seen = await requestFollowing({
      url,
      method: 'GET',
      headers,
      resolved: resolution.value,
      address,
      insecure: false,
      tls: {},
      maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
      followRedirects: true,
      maxRedirects: MOST_REDIRECTS,
      resolve,
      ...limits,
    });
    answer = seen.ok
      ? judgeResponse(seen.response, options)
      : { ok: false, found: seen.failure.message };
    if (answer.ok) return answer;
  }
  return answer;
}

/** Pure: whether an answer is what was asked for, and what is wrong with it. */
export function judgeResponse(
  { status, body }: Pick<HttpResponse, 'status' | 'body'>,
  { status: [low, high], body: text, json }: Pick<HttpCheckOptions, 'status' | 'body' | 'json'>,
): Answer {
  if (status < low || status > high) {
    return {
      ok: false,
      found: `status ${status} instead of ${low === high ? low : `${low}-${high}`}`,
    };
  }
  const content = body.toString('utf8');
  if (!content.includes(text)) {
    return { ok: false, found: `no "${plain(text, 60)}" in ${excerpt(content)}` };
  }
  const entries = Object.entries(json);
  if (entries.length === 0) return { ok: true, found: `status ${status}` };
  let data: unknown;
  try {
    data = JSON.parse(content);
  } catch {
    return { ok: false, found: `no JSON, but ${excerpt(content)}` };
  }
  const found = entries.map(([path, expected]) => ({ path, expected, value: valueAt(data, path) }));
  const wrong = found.find(({ expected, value }) => value !== expected);
  return wrong === undefined
    ? { ok: true, found: found.map(({ path, value }) => `${path} is ${value}`).join(', ') }
    : {
        ok: false,
        found: `${wrong.path} is ${plain(wrong.value ?? 'missing', 60)} instead of ${wrong.expected}`,
      };
}

/** A scalar by keys and numbers of a list with dots between them: `build.tags.0`. */
function valueAt(data: unknown, path: string): string | undefined {
  let value = data;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value === undefined || (typeof value === 'object' && value !== null)
    ? undefined
    : String(value);
}

function excerpt(content: string): string {
  return content === '' ? 'an empty body' : `"${plain(content, 80)}"`;
}

function publicUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  for (const name of shown.searchParams.keys()) {
    if (SENSITIVE.test(name)) shown.searchParams.set(name, '***');
  }
  return shown.href;
}
