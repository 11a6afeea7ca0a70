/** A text with its section replaced, or the marker that it lacks. */
export type SectionResult =
  | { readonly kind: 'replaced'; readonly text: string }
  | { readonly kind: 'no-marker'; readonly marker: string };

/**
 * Puts `content` between `<!-- name:start -->` and `<!-- name:end -->`. Repeating it changes
 * nothing.
 */
export function replaceSection(text: string, name: string, content: string): SectionResult {
  const start = `<!-- ${name}:start -->`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(start);
  if (from < 0) return { kind: 'no-marker', marker: start };
  const to = text.indexOf(end, from);
  if (to < 0) return { kind: 'no-marker', marker: end };
  return {
    kind: 'replaced',
    text: `${text.slice(0, from)}${start}\n\n${content}\n\n${text.slice(to)}`,
  };
}
