/**
 * The data of a text that is JSON and nothing else; `undefined` for YAML, for what is broken, and
 * where a key is written twice, of which `JSON.parse` says nothing.
 */
export function jsonData(text: string): { readonly data: unknown } | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const data: unknown = JSON.parse(text);
    return keysWritten(text) === keysOf(data) ? { data } : undefined;
  } catch {
    return undefined;
  }
}

/** How many keys a JSON text has. */
function keysWritten(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon) count++;
  return count;
}

/** How many keys all objects within data have. Without recursion: it may be nested deeply. */
function keysOf(data: unknown): number {
  let count = 0;
  const left = [data];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    const values = Object.values(next);
    if (!Array.isArray(next)) count += values.length;
    for (const value of values) left.push(value);
  }
  return count;
}
