import { InvalidLink } from './invalid-link.ts';

/** A share link, cut where its signs stand; nothing in it is checked yet. */
export interface Link {
  /** In lower case. */
  readonly scheme: string;
  /** Everything between `://` and `?` or `#`, as it is: some schemes have base64 there. */
  readonly body: string;
  /** What stands before the last `@`, percent-decoded; `undefined` without an `@`. */
  readonly user: string | undefined;
  /** Host and port, without user and path. */
  readonly authority: string;
  /** With its slash; empty without. */
  readonly path: string;
  readonly query: Query;
  /** The fragment, percent-decoded. */
  readonly remarks: string;
}

/** Parameters by their names in lower case, percent-decoded and trimmed; empty ones are absent. */
export type Query = ReadonlyMap<string, string>;

/** Longer is no link of anybody. */
const MAX_LENGTH = 16_384;

/**
 * Cuts a share link. The URL parser cannot: it refuses port ranges and names with underscores, and
 * rewrites what schemes that it does not know leave open. Throws {@link UnusableLink}.
 */
export function splitLink(text: string): Link {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) {
    throw new InvalidLink(`it is longer than ${MAX_LENGTH} characters`);
  }
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(trimmed);
  if (!match) throw new InvalidLink('it does not begin as a link does (scheme://)');
  const [, scheme = '', body = '', query = '', fragment = ''] = match;
  const at = body.lastIndexOf('@');
  const [authority = '', ...path] = body.slice(at + 1).split('/');
  return {
    scheme: scheme.toLowerCase(),
    body,
    user: at < 0 ? undefined : decodePercent(body.slice(0, at)),
    authority,
    path: path.length === 0 ? '' : `/${path.join('/')}`,
    query: parseQuery(query),
    remarks: decodePercent(fragment).trim(),
  };
}

/** Lists copied from web pages have `&amp;` for `&`; of a name given twice, the first counts. */
function parseQuery(text: string): Query {
  const query = new Map<string, string>();
  for (const part of text.replaceAll('&amp;', '&').split('&')) {
    const [name = '', ...value] = part.split('=');
    const key = decodePercent(name).trim().toLowerCase();
    const given = decodePercent(value.join('=')).trim();
    if (given !== '' && !query.has(key)) query.set(key, given);
  }
  return query;
}

/** Percent-decodes what can be; a percent sign that begins nothing stays. A plus is a plus. */
export function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
