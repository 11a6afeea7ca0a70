import type { Anonymity } from '../history/history.ts';

/** What a judge saw of a request, as it tells it: JSON with `headers`, and `ip` or `origin`. */
export interface Sight {
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The address that the request came from; empty where it does not tell. */
  readonly ip: string;
  /** Everything else that it says, each as JSON, by its name. */
  readonly rest: ReadonlyMap<string, string>;
}

/** `undefined`: it is not what a judge says. */
export function parseSight(body: string): Sight | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('headers' in value)) return undefined;
  const { headers, ...fields } = value as Record<string, unknown>;
  if (typeof headers !== 'object' || headers === null) return undefined;
  const seen = Object.entries(headers).map(
    ([name, one]) => [name.toLowerCase(), [one].flat().join(', ')] as const,
  );
  const { ip = fields.origin, origin: _, ...rest } = fields;
  return {
    headers: new Map(seen),
    ip: typeof ip === 'string' ? ip : '',
    rest: new Map(Object.entries(rest).map(([name, one]) => [name, JSON.stringify(one)])),
  };
}

/** What stayed the same from one direct request to the next: a proxy has no business changing it. */
export function steady(one: Sight, other: Sight): ReadonlyMap<string, string> {
  return new Map([...one.rest].filter(([name, value]) => other.rest.get(name) === value));
}

export type Judgement =
  | { readonly kind: 'honest'; readonly anonymity: Anonymity }
  /** A clause of ours. */
  | { readonly kind: 'tampered'; readonly why: string };

/** By these headers a proxy shows that it is one. */
const TELLTALE = [
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

/**
 * What a proxy did to a request and its answer.
 *
 * @param body of the answer that came through it
 * @param sent the headers that have to arrive as they were sent, by their names in lower case
 * @param direct what the judge sees without a proxy
 */
export function judge(
  body: string,
  sent: Readonly<Record<string, string>>,
  direct: { readonly sight: Sight; readonly steady: ReadonlyMap<string, string> },
): Judgement {
  const sight = parseSight(body);
  if (sight === undefined) return { kind: 'tampered', why: 'the answer of the judge was changed' };
  for (const [name, value] of Object.entries(sent)) {
    if (sight.headers.get(name) === value) continue;
    const how = sight.headers.has(name) ? 'changed' : 'removed';
    return { kind: 'tampered', why: `the header ${name} was ${how} on the way` };
  }
  const changed = [...direct.steady].find(([name, value]) => sight.rest.get(name) !== value);
  if (changed) return { kind: 'tampered', why: 'the answer of the judge was changed' };
  return { kind: 'honest', anonymity: anonymityOf(sight, direct.sight) };
}

/** `transparent`: it gives our own address away; `anonymous`: it only shows that it is a proxy. */
function anonymityOf({ headers, ip }: Sight, direct: Sight): Anonymity {
  const own = direct.ip;
  const values = [ip, ...headers.values()];
  if (own !== '' && values.some((value) => value.split(/[\s,;="[\]]+/).includes(own))) {
    return 'transparent';
  }
  const shows = TELLTALE.some((name) => headers.has(name) && !direct.headers.has(name));
  return shows ? 'anonymous' : 'elite';
}
