import type { NamedEndpoint } from '../share-link/named-endpoint.ts';
import { formatShareLink } from '../share-link/share-link.ts';
import type { Rendered } from './unique-names.ts';

/** One share link per line. */
export function renderText(published: readonly NamedEndpoint[]): Rendered {
  return { text: published.map((one) => `${formatShareLink(one)}\n`).join(''), skipped: 0 };
}

/** A subscription: the share links encoded in base64. */
export function renderSubscription(published: readonly NamedEndpoint[]): Rendered {
  const { text } = renderText(published);
  return { text: `${Buffer.from(text).toString('base64')}\n`, skipped: 0 };
}
