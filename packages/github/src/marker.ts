/**
 * A hidden line in an issue or comment that identifies it: `<!-- name {"key":"value"} -->`.
 */
export function hiddenMarker(name: string, data: unknown): string {
  // The data must not end the comment or contain HTML.
  const json = JSON.stringify(data).replace(/[<>&-]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `<!-- ${name} ${json} -->`;
}

/** The data of the first marker with a name; untrusted. `undefined` if there is none. */
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
