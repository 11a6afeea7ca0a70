/**
 * A line that readers of an issue or comment do not see, and by which it is found again:
 * `<!-- name {"key":"value"} -->`.
 */
export function hiddenMarker(name: string, data: unknown): string {
  // Neither the end of the comment nor HTML can come out of it.
  const json = JSON.stringify(data).replace(/[<>&-]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `<!-- ${name} ${json} -->`;
}

/** What the first marker of that name holds, untrusted; `undefined` where there is none. */
export function readMarker(name: string, text: string | null | undefined): unknown {
  const opening = `<!-- ${name} `;
  const start = text?.indexOf(opening) ?? -1;
  if (text == null || start < 0) return undefined;
  const from = start + opening.length;
  const end = text.indexOf(' -->', from);
  try {
    return end < 0 ? undefined : JSON.parse(text.slice(from, end));
  } catch {
    return undefined;
  }
}
