import { InvalidLink } from './invalid-link.ts';

/** The parts of a share link, not validated. */
export interface Link {
  /** In lower case. */
  readonly scheme: string;
  /** Everything between `://` and `?` or `#`; some schemes use base64. */
  readonly body: string;
  /** The part before the last `@`, percent-decoded; `undefined` without an `@`. */
  readonly user: string | undefined;
  /** Host and port, without user and path. */
  readonly authority: string;
  /** Starts with a slash; may be empty. */
  readonly path: string;
  readonly query: Query;
  /** The fragment, percent-decoded. */
  readonly remarks: string;
}

/** Parameters by lower-case name, percent-decoded and trimmed; without empty ones. */
export type Query = ReadonlyMap<string, string>;

/** A longer text is not a share link. */
const MAX_LENGTH = 16_384;

/**
 * Splits a share link. The URL parser cannot be used: it rejects port ranges and names with underscores,
 * and normalizes parts of unknown schemes. Throws {@link InvalidLink}.
 */
export function splitLink(text: string): Link {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) {
    throw new InvalidLink(`it is longer than ${MAX_LENGTH} characters`);
  }
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(trimmed);
  if (!match) throw new InvalidLink('it does not start with scheme://');
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

/** Accepts `&amp;` instead of `&`; of duplicate parameters, the first counts. */
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

/** Percent-decodes; invalid sequences and plus signs are kept. */
export function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
