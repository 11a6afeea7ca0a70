import { formatShareLink } from '../share-link/share-link.ts';
import type { Published, Rendered } from './published.ts';

/** A share link a line. */
export function renderText(published: readonly Published[]): Rendered {
  return { text: published.map((one) => `${formatShareLink(one)}\n`).join(''), leftOut: 0 };
}

/** The same as a subscription: base64 of all of it. */
export function renderSubscription(published: readonly Published[]): Rendered {
  const { text } = renderText(published);
  return { text: `${Buffer.from(text).toString('base64')}\n`, leftOut: 0 };
}
