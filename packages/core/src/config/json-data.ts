/**
 * Parses JSON. Returns `undefined` for YAML, for invalid text, and for text with a duplicate key, which
 * `JSON.parse` does not report.
 */
export function jsonData(text: string): { readonly data: unknown } | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const data: unknown = JSON.parse(text);
    return keysWritten(text) === countKeys(data) ? { data } : undefined;
  } catch {
    return undefined;
  }
}

/** The number of keys in a JSON text: its strings that are followed by a colon. */
function keysWritten(text: string): number {
  let count = 0;
  for (let open = text.indexOf('"'); open >= 0; ) {
    let end = text.indexOf('"', open + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    let next = end + 1;
    while (' \t\r\n'.includes(text.charAt(next)) && next < text.length) next++;
    if (text.charAt(next) === ':') count++;
    open = text.indexOf('"', next);
  }
  return count;
}

/** Whether an odd number of backslashes precedes an index. */
function isEscaped(text: string, place: number): boolean {
  let before = place;
  while (text.charAt(before - 1) === '\\') before--;
  return (place - before) % 2 === 1;
}

/** The number of keys in all objects of the data. Not recursive, because nesting can be deep. */
function countKeys(data: unknown): number {
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
