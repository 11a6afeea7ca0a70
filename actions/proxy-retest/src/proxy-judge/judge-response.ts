import type { Anonymity } from '../history/history.ts';

/** How the judge received a request: JSON with `headers`, and `ip` or `origin`. */
export interface JudgeResponse {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** The address that the request came from; empty when the response does not contain it. */
  readonly ip: string;
  /** All other fields as JSON, by name. */
  readonly rest: ReadonlyMap<string, string>;
}

/** `undefined` when the body is not the response of a judge. */
export function parseJudgeResponse(body: string): JudgeResponse | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('headers' in value)) return undefined;
  const { headers, ...fields } = value as Record<string, unknown>;
  if (typeof headers !== 'object' || headers === null) return undefined;
  const received = Object.entries(headers).map(
    ([name, one]) => [name.toLowerCase(), [one].flat().join(', ')] as const,
  );
  const { ip = fields.origin, origin: _, ...rest } = fields;
  return {
    headers: new Map(received),
    ip: typeof ip === 'string' ? ip : '',
    rest: new Map(Object.entries(rest).map(([name, one]) => [name, JSON.stringify(one)])),
  };
}

/** The fields that are the same in two direct responses; a proxy must not change them. */
export function findStableFields(
  one: JudgeResponse,
  other: JudgeResponse,
): ReadonlyMap<string, string> {
  return new Map([...one.rest].filter(([name, value]) => other.rest.get(name) === value));
}

export type JudgeVerdict =
  | { readonly kind: 'honest'; readonly anonymity: Anonymity }
  | { readonly kind: 'tampered'; readonly reason: string };

/** Headers that proxies add. */
const PROXY_HEADERS = [
  'via',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'client-ip',
  'proxy-connection',
  'x-proxy-id',
];

const RESPONSE_CHANGED: JudgeVerdict = {
  kind: 'tampered',
  reason: 'the response of the judge was changed',
};

/**
 * Compares the response that came through a proxy with the direct one.
 *
 * @param body the response that came through the proxy
 * @param sent the headers that must arrive unchanged, by lower-case name
 * @param baseline the response without a proxy
 */
export function compareResponse(
  body: string,
  sent: Readonly<Record<string, string>>,
  baseline: {
    readonly response: JudgeResponse;
    readonly stableFields: ReadonlyMap<string, string>;
  },
): JudgeVerdict {
  const response = parseJudgeResponse(body);
  if (response === undefined) return RESPONSE_CHANGED;
  for (const [name, value] of Object.entries(sent)) {
    if (response.headers.get(name) === value) continue;
    const change = response.headers.has(name) ? 'changed' : 'removed';
    return { kind: 'tampered', reason: `the header ${name} was ${change}` };
  }
  const isChanged = [...baseline.stableFields].some(
    ([name, value]) => response.rest.get(name) !== value,
  );
  if (isChanged) return RESPONSE_CHANGED;
  return { kind: 'honest', anonymity: classifyAnonymity(response, baseline.response) };
}

/** `transparent`: reveals the client address; `anonymous`: reveals only that it is a proxy. */
function classifyAnonymity({ headers, ip }: JudgeResponse, direct: JudgeResponse): Anonymity {
  const clientIp = direct.ip;
  const values = [ip, ...headers.values()];
  if (clientIp !== '' && values.some((value) => value.split(/[\s,;="[\]]+/).includes(clientIp))) {
    return 'transparent';
  }
  const isVisible = PROXY_HEADERS.some((name) => headers.has(name) && !direct.headers.has(name));
  return isVisible ? 'anonymous' : 'elite';
}
