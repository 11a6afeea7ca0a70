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

/** How many keys a JSON text has: its strings with a colon behind them. */
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

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(text: string, place: number): boolean {
  let before = place;
  while (text.charAt(before - 1) === '\\') before--;
  return (place - before) % 2 === 1;
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
