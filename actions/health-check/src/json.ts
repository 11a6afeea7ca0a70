/** Deepest nesting that is read; what goes through JSON does so by calling itself. */
const DEEPEST = 200;

/** A stranger's text as JSON; `undefined` where it is none, or nested out of all reason. */
export function parseJson(text: string): unknown {
  if (depthOf(text) > DEEPEST) return undefined;
  try {
    // A byte order mark is no part of a text.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/** How deep arrays and objects are nested. Reading the text costs far less than walking the values. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (quoted) at += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}
