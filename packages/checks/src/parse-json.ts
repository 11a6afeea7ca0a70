/** `JSON.parse` is recursive. */
const MAX_DEPTH = 200;

/** Parses untrusted JSON. Returns `undefined` if it is invalid or nested too deeply. */
export function parseJson(text: string): unknown {
  if (getDepth(text) > MAX_DEPTH) return undefined;
  try {
    // JSON.parse does not accept a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/** The nesting depth of arrays and objects. Scanning the text is faster than walking the values. */
function getDepth(text: string): number {
  let depth = 0;
  let maxDepth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (quoted) at += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') maxDepth = Math.max(maxDepth, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return maxDepth;
}
